package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.imports.ImportWorld.importAll;
import static dev.latchkey.control.imports.ImportWorld.importOne;
import static dev.latchkey.control.imports.ImportWorld.key;
import static dev.latchkey.control.imports.ImportWorld.minted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.imports.ImportedKey;
import dev.latchkey.control.imports.ImportedKey.Outcome;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.revocation.PurgedKeys;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many keys a workspace can hold, and how ended ones make room. */
class RoomTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int MOST = 3;
    private static final Optional<Expiry.Lifetime> ALL = Optional.of(new Expiry.Lifetime(0, 0));

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri(), MOST);
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.create(ALICE, "ws_2", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void createRotateAndImport_workspaceIsFull_areRefusedAndLeaveNothing() {
        ManagedKey first = fill();
        List<String> before = REDIS.commands().keys("*");

        assertFull(() -> create("ws_1"));
        assertFull(() -> control.keys.rotate(
                ALICE, new Replacement(new KeyName("-", first.id()), Optional.empty(), Optional.empty())));
        ImportedKey imported = importOne(control, "ws_1", minted());

        assertThat(imported.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(imported.violations())
                .singleElement()
                .satisfies(
                        violation -> assertThat(violation.description()).contains("keys.max-per-workspace", "purge"));
        assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(MOST);
        assertThat(REDIS.commands().hlen("latchkey:ledger:{ws_1}:records")).isEqualTo(MOST + 1);
        // An import's claims end by themselves.
        assertThat(REDIS.commands().keys("*"))
                .filteredOn(name -> !before.contains(name))
                .allMatch(
                        name -> name.startsWith("latchkey:ledger:claim") || name.startsWith("latchkey:ledger:owner:"));
        assertThat(create("ws_2").workspace()).isEqualTo("ws_2");
    }

    @Test
    void importKeys_moreThanThereIsRoomFor_importsThoseThatFit() {
        List<ImportedKey> results = importAll(
                control,
                "ws_1",
                IntStream.range(0, MOST + 2).mapToObj(i -> key(minted())).toList());

        assertThat(results)
                .extracting(ImportedKey::outcome)
                .filteredOn(Outcome.IMPORTED::equals)
                .hasSize(MOST);
    }

    /** The limit is kept in the ledger's step, so that no two calls can take the last place. */
    @Test
    void create_manyAtOnce_neverExceedTheLimit() {
        List<CompletableFuture<Boolean>> calls = IntStream.range(0, 12)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return create("ws_1").createdAt() > 0;
                    } catch (RefusedException e) {
                        return false;
                    }
                }))
                .toList();

        assertThat(calls)
                .extracting(CompletableFuture::join)
                .filteredOn(made -> made)
                .hasSize(MOST);
        assertThat(REDIS.commands().zcard("latchkey:ledger:{ws_1}:ids")).isEqualTo(MOST);
    }

    @Test
    void purge_endedKeys_makesRoomAndIsAudited() {
        ManagedKey first = fill();
        control.keys.revoke(ALICE, new KeyName("-", first.id()), "");

        assertThat(control.purge.purge(ALICE, "ws_1", ALL, "room")).isEqualTo(new PurgedKeys(1, true));

        assertThat(control.ledger.findKey("ws_1", first.id())).isEmpty();
        assertThat(control.indexed(first)).isEmpty();
        assertThat(create("ws_1").workspace()).isEqualTo("ws_1");
        assertThat(REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded()))
                .filteredOn(entry -> "key.remove".equals(entry.getBody().get("action")))
                .singleElement()
                .satisfies(entry -> assertThat(entry.getBody())
                        .containsEntry("actor", "alice")
                        .containsEntry("reason", "room")
                        .containsEntry("key", first.id()));
    }

    @Test
    void purge_activeAndYoungerKeys_stay() {
        ManagedKey first = fill();
        control.keys.revoke(ALICE, new KeyName("-", first.id()), "");

        assertThat(control.purge.purge(ALICE, "ws_1", Optional.empty(), "")).isEqualTo(new PurgedKeys(0, true));
        control.clock.advance(Duration.ofDays(31));
        assertThat(control.purge.purge(ALICE, "ws_1", Optional.empty(), "")).isEqualTo(new PurgedKeys(1, true));
        assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(MOST - 1);
    }

    /** Else whoever may purge and import could bring a leaked key back. */
    @Test
    void importKeys_keyWasPurged_isRefusedAsLongAsItsRecordWouldHaveBeenKept() {
        for (String secret : List.of(minted(), "opt_live_abc123def456ghi789")) {
            ManagedKey key =
                    importOne(control, "ws_1", secret).view().orElseThrow().key();
            control.keys.revoke(ALICE, new KeyName("-", key.id()), "leaked");
            assertThat(control.purge.purge(ALICE, "ws_1", ALL, "").purged()).isEqualTo(1);

            for (String workspace : List.of("ws_1", "ws_2")) {
                ImportedKey again = importOne(control, workspace, secret);
                assertThat(again.outcome()).isEqualTo(Outcome.REFUSED);
                assertThat(again.violations())
                        .singleElement()
                        .satisfies(
                                violation -> assertThat(violation.description()).contains("purged"));
            }
        }
        assertThat(REDIS.commands().keys("latchkey:ledger:claim:*"))
                .hasSize(3)
                .allSatisfy(claim -> assertThat(REDIS.commands().pttl(claim))
                        .isBetween(
                                Duration.ofDays(399).toMillis(),
                                Duration.ofDays(400).toMillis()));
        assertThat(REDIS.commands().keys("latchkey:ledger:claims:*")).isEmpty();
    }

    private static void assertFull(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessageContaining("keys.max-per-workspace");
    }

    private ManagedKey fill() {
        return IntStream.range(0, MOST).mapToObj(i -> create("ws_1")).toList().get(0);
    }

    private ManagedKey create(String workspace) {
        return control.keys.create(ALICE, TestControl.newKey(workspace)).view().key();
    }
}
