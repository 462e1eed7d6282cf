package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ImportWorld;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.redis.StoreException.Fault;
import dev.latchkey.control.revocation.RevokedKeys;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A Redis at its memory limit refuses writes; it must not refuse those that take access away. */
class FullRedisTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis("--maxmemory", "8mb", "--maxmemory-policy", "noeviction");

    private TestControl control;
    private ManagedKey key;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        key = control.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
        fill();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void revoke_redisIsFull_isDone() {
        KeyView view = control.keys.revoke(ALICE, new KeyName("-", key.id()), "leaked");

        assertThat(view.state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
        assertStillFull();
    }

    @Test
    void deactivate_redisIsFull_isDone() {
        assertThat(control.workspaces.setActive(ALICE, "ws_1", false).active()).isFalse();
        assertThat(control.indexed("ws_1")).get().matches(record -> !record.active());
        assertStillFull();
    }

    @Test
    void update_redisIsFull_narrowsAndRefusesAMereRename() {
        KeyName name = new KeyName("-", key.id());
        KeyChange rename = new KeyChange(name, "Other", List.of(), Optional.empty());
        assertThatThrownBy(() -> control.keys.update(ALICE, rename))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.FULL));

        KeyChange shorter = new KeyChange(name, "", List.of(), Optional.of(new Expiry.Lifetime(60, 0)));
        KeyView view = control.keys.update(ALICE, shorter);
        assertThat(control.indexed(key)).contains(view.key().record());
        assertThat(view.key().record().expiresAt()).isEqualTo(control.clock.millis() + 60_000);
        assertStillFull();
    }

    @Test
    void import_redisIsFull_saysThatThereIsNoRoom() {
        assertThatThrownBy(() -> ImportWorld.importAll(control, "ws_1", ImportWorld.minted(3)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.FULL));
        assertStillFull();
    }

    @Test
    void revokeAll_redisIsFull_isDone() {
        assertThat(control.keys.revokeAll(ALICE, "ws_1", "leaked")).isEqualTo(new RevokedKeys(1, true));
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertStillFull();
    }

    @Test
    void wideningCalls_redisIsFull_areRefusedAndSayWhatToDo() {
        control.workspaces.setActive(ALICE, "ws_1", false);
        Map<String, Runnable> calls = Map.of(
                "create key", () -> control.keys.create(ALICE, TestControl.newKey("ws_1")),
                "create workspace", () -> control.workspaces.create(ALICE, "ws_2", ""),
                "activate", () -> control.workspaces.setActive(ALICE, "ws_1", true));

        assertThat(calls)
                .allSatisfy((name, call) -> assertThatThrownBy(call::run)
                        .as(name)
                        .isInstanceOfSatisfying(
                                StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.FULL))
                        .hasMessageContaining("raise its maxmemory"));
        assertThat(control.listing
                        .list(KeyQuery.all("ws_1"), new PageRequest(0, ""))
                        .items())
                .hasSize(1);
        assertThat(control.indexed("ws_1")).get().matches(record -> !record.active());
    }

    @Test
    void reconciler_redisIsFull_carriesARevokeToTheIndex() {
        control.keys.revoke(ALICE, new KeyName("-", key.id()), "");
        REDIS.commands().del("latchkey:key:" + key.digest().text());
        fill();

        control.sweep.begin();
        while (control.sweep.step()) {
            assertThat(control.reconciler.pass()).isTrue();
        }
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void canary_redisIsFull_isWritten() {
        assertThat(control.announcements.beat()).isTrue();
        assertThat(REDIS.commands().hget("latchkey:canary", "seq")).isEqualTo("1");
    }

    private static void assertStillFull() {
        assertThatThrownBy(() -> REDIS.commands().set("more", "x")).hasMessageContaining("OOM");
    }

    private static void fill() {
        String block = "x".repeat(64 * 1024);
        try {
            for (int i = 0; i < 10_000; i++) {
                REDIS.commands().append("filler", block);
            }
        } catch (RedisCommandExecutionException e) {
            assertThat(e).hasMessageContaining("OOM");
            return;
        }
        throw new AssertionError("Redis does not keep its memory limit");
    }
}
