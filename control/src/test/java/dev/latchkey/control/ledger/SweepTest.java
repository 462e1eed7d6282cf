package dev.latchkey.control.ledger;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.index.RealRedis;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SweepTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.create(ALICE, "ws_2", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void step_nothingAskedFor_doesNothing() {
        loseIndex();
        assertThat(control.sweep.step()).isFalse();
        assertThat(control.indexed("ws_1")).isEmpty();
    }

    @Test
    void step_indexWasLost_allOfItComesBack() {
        List<ManagedKey> keys = new ArrayList<>();
        for (int i = 0; i < 101; i++) { // more than a page
            keys.add(create("ws_1"));
        }
        keys.add(create("ws_2"));
        control.keys.revoke(ALICE, new KeyName("-", keys.get(0).id()), "");
        control.workspaces.setActive(ALICE, "ws_2", false);
        loseIndex();

        sweep();
        assertThat(control.indexed("ws_1")).get().matches(WorkspaceRecord::active);
        assertThat(control.indexed("ws_2")).get().matches(record -> !record.active());
        assertThat(control.indexed(keys.get(0))).get().matches(KeyRecord::revoked);
        assertThat(keys.subList(1, keys.size()))
                .allSatisfy(key -> assertThat(control.indexed(key)).contains(key.record()));
    }

    @Test
    void step_revokeWasLostInAFailover_isAssertedAgain() {
        ManagedKey key = create("ws_1");
        Map<String, String> before = REDIS.commands().hgetall(name(key));
        control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");
        REDIS.commands().hset(name(key), before);

        sweep();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void step_recordUnknownToTheLedger_isLeftAlone() {
        Map<String, String> foreign = Map.of("v", "1", "id", "other");
        REDIS.commands().hset("latchkey:key:1.other", foreign);

        sweep();
        assertThat(REDIS.commands().hgetall("latchkey:key:1.other")).isEqualTo(foreign);
    }

    @Test
    void step_damagedLedgerRecord_isPassedOver() {
        ManagedKey damaged = create("ws_1");
        ManagedKey key = create("ws_2");
        REDIS.commands().hset("latchkey:ledger:{ws_1}:records", damaged.id(), "damage");
        REDIS.commands().del(name(key));

        sweep();
        assertThat(control.indexed(key)).isPresent();
    }

    @Test
    void step_aDayHasPassed_beginsByItself() {
        sweep();
        loseIndex();
        control.nanos.addAndGet(Duration.ofHours(24).toNanos() - 1);
        assertThat(control.sweep.step()).isFalse();
        control.nanos.addAndGet(1);
        assertThat(control.sweep.step()).isTrue();
        assertThat(control.indexed("ws_1")).isPresent();
    }

    private void sweep() {
        control.sweep.begin();
        int steps = 0;
        while (control.sweep.step()) {
            assertThat(++steps).isLessThan(100);
        }
    }

    private ManagedKey create(String workspace) {
        return control.keys.create(ALICE, TestControl.newKey(workspace)).view().key();
    }

    private static void loseIndex() {
        REDIS.commands().keys("latchkey:key:*").forEach(REDIS.commands()::del);
        REDIS.commands().keys("latchkey:workspace:*").forEach(REDIS.commands()::del);
    }

    private static String name(ManagedKey key) {
        return "latchkey:key:" + key.digest().text();
    }
}
