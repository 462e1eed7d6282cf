package dev.latchkey.control.upkeep;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.RedisTap;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
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
        run();
        assertThat(control.indexed("ws_1")).isPresent();
    }

    /** Of a thousand workspaces, the last one's revoke is mended before the first one's record comes back. */
    @Test
    void step_muchWasLost_whatTakesAccessAwayIsMendedFirst() {
        ManagedKey revoked = create("ws_2");
        ManagedKey active = create("ws_1");
        control.keys.revoke(ALICE, new KeyName("-", revoked.id()), "");
        control.workspaces.setActive(ALICE, "ws_2", false);
        loseIndex();

        control.sweep.begin();
        assertThat(control.sweep.step()).isTrue();

        assertThat(control.indexed(revoked)).get().matches(KeyRecord::revoked);
        assertThat(control.indexed("ws_2")).get().matches(record -> !record.active());
        assertThat(control.indexed(active)).isEmpty();
        assertThat(control.indexed("ws_1")).isEmpty();
        run();
        assertThat(control.indexed(active)).isPresent();
        assertThat(control.indexed("ws_1")).isPresent();
    }

    @Test
    void step_manyWorkspacesOfEverySize_eachIsSeenInFewRoundTrips() throws IOException {
        List<ManagedKey> keys = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            String workspace = String.format("many_%03d", i);
            control.workspaces.create(ALICE, workspace, "");
            keys.add(create(workspace));
        }
        for (int i = 0; i < 700; i++) {
            keys.add(create("many_064"));
        }
        loseIndex();
        try (RedisTap tap = new RedisTap(REDIS.port());
                TestControl tapped = new TestControl(tap.uri(), Duration.ofSeconds(10))) {
            tapped.sweep.begin();
            int steps = 1;
            while (tapped.sweep.step()) {
                steps++;
            }
            assertThat(keys).allSatisfy(key -> assertThat(control.indexed(key)).isPresent());
            // 132 workspaces, 50 at a time, and 701 keys of one, 500 at a time; twice, and each time an end.
            assertThat(steps).isLessThanOrEqualTo(16);
            assertThat(tap.names()).filteredOn("HMGET"::equals).hasSizeLessThanOrEqualTo(2 * (132 + 2));
            assertThat(tap.names()).doesNotContain("HGET");
            assertThat(tapped.sweepMetrics.counter("latchkey.sweep.records").count())
                    .isEqualTo(132 + 830);
            assertThat(tapped.sweepMetrics.counter("latchkey.sweep.mended").count())
                    .isEqualTo(132 + 830);
        }
    }

    @Test
    void pauseMillis_afterAPage_isForItsRecords() {
        for (int i = 0; i < 40; i++) {
            create("ws_1");
        }
        control.sweep.begin();
        assertThat(control.sweep.step()).isTrue();
        assertThat(control.sweepMetrics.get("latchkey.sweep.running").gauge().value())
                .isEqualTo(1);
        assertThat(control.sweep.pauseMillis()).as("42 read, none shown").isEqualTo(1 + 42 / 8);
        run();
        assertThat(control.sweepMetrics.get("latchkey.sweep.running").gauge().value())
                .isZero();
    }

    @Test
    void place_encoded_isReadAgainAndNothingElseIs() {
        for (SweepPlace place :
                List.of(SweepPlace.START, new SweepPlace(true, "ws_1", ""), new SweepPlace(false, "a-b", "key_1"))) {
            assertThat(SweepPlace.decode(place.encode())).contains(place);
        }
        assertThat(SweepPlace.decode("x")).isEmpty();
        assertThat(SweepPlace.decode("!")).isEmpty();
        assertThat(SweepPlace.decode(new SweepPlace(true, "a b", "").encode())).isEmpty();
    }

    private void sweep() {
        control.sweep.begin();
        run();
    }

    private void run() {
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
