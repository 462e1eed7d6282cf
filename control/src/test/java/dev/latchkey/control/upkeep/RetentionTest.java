package dev.latchkey.control.upkeep;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RefusingProxy;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys leave 400 days after their end, entries of the audit trail after 1000 (here, since Redis' own clock dates them).
 */
class RetentionTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String AUDIT = "latchkey:ledger:{ws_1}:audit";
    private static final String PENDING = "latchkey:ledger:{ws_1}:pending";
    private static final String USED = "latchkey:used:{ws_1}";

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void sweep_revokedKey_leavesEverywhereAfterItsRetentionAndNotADayBefore() {
        ManagedKey key = revoked();
        control.clock.advance(Duration.ofDays(399));
        sweep();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);

        control.clock.advance(Duration.ofDays(2));
        sweep();

        assertGone(key);
    }

    @Test
    void sweep_expiredKey_leavesAfterItsRetention() {
        ManagedKey key = create(new Expiry.Lifetime(60, 0));
        control.clock.advance(Duration.ofDays(400));
        sweep();
        assertThat(control.indexed(key)).isPresent();

        control.clock.advance(Duration.ofMinutes(2));
        sweep();

        assertGone(key);
    }

    @Test
    void sweep_removal_isAnAuditEntryWithWhatWasThereAndNothingAfter() {
        ManagedKey key = revoked();
        control.clock.advance(Duration.ofDays(401));

        sweep();

        List<StreamMessage<String, String>> entries = REDIS.commands().xrange(AUDIT, Range.unbounded());
        assertThat(entries.get(entries.size() - 1).getBody())
                .containsEntry("actor", "latchkey")
                .containsEntry("action", "key.remove")
                .containsEntry("key", key.id())
                .containsEntry("before", LedgerCodec.describe(key))
                .doesNotContainKey("after");
    }

    @Test
    void sweep_livingKeys_stayForever() {
        ManagedKey endless = create(Expiry.Never.NEVER);
        ManagedKey longLived = create(new Expiry.Lifetime(Duration.ofDays(4000).toSeconds(), 0));
        control.clock.advance(Duration.ofDays(3000));

        sweep();

        assertThat(control.indexed(endless)).contains(endless.record());
        assertThat(control.indexed(longLived)).contains(longLived.record());
        assertThat(control.ledger.keysAfter("ws_1", "", 9)).containsExactlyInAnyOrder(endless, longLived);
    }

    @Test
    void sweep_keyIsOverButLivesInTheIndex_staysInBoth() {
        ManagedKey key = create(new Expiry.Lifetime(60, 0));
        String name = control.schema.key(key.digest());
        REDIS.commands().hset(name, "rev", "99");
        REDIS.commands().hdel(name, "expires_at");
        control.clock.advance(Duration.ofDays(500));

        sweep();

        assertThat(control.ledger.findKey("ws_1", key.id())).isPresent();
        assertThat(REDIS.commands().hget(name, "rev")).isEqualTo("99");
    }

    @Test
    void sweep_revokeNeverReachedTheIndex_getsThereBeforeTheLedgerForgetsIt() {
        ManagedKey key = revoked();
        REDIS.commands().hset(control.schema.key(key.digest()), Map.of("state", "active", "rev", "1"));
        control.clock.advance(Duration.ofDays(401));

        sweep();

        assertGone(key);
    }

    @Test
    void indexRemove_recordThatLivesOrIsAnothers_stays() {
        ManagedKey key = create(Expiry.Never.NEVER);
        ManagedKey revoked = revoked();

        assertThat(control.index.remove(key.digest(), key.id(), "ws_1")).isFalse();
        assertThat(control.index.remove(revoked.digest(), key.id(), "ws_1")).isFalse();
        assertThat(control.index.remove(revoked.digest(), revoked.id(), "ws_2")).isFalse();

        assertThat(control.indexed(key)).isPresent();
        assertThat(control.indexed(revoked)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void crash_afterEachStep_isFinishedByTheReconciler(int steps) {
        ManagedKey key = revoked();
        Stored<ManagedKey> stored = control.ledger.findKey("ws_1", key.id()).orElseThrow();
        REDIS.commands().zadd(USED, 1.0, key.id());

        assertThat(control.ledger.remove(stored, new Audit(Caller.SELF, "key.remove", "", 0)))
                .isTrue();
        if (steps > 1) {
            assertThat(control.index.remove(key.digest(), key.id(), "ws_1")).isTrue();
        }
        if (steps > 2) {
            control.ledger.forgetKey("ws_1", key.id());
        }
        assertThat(REDIS.commands().hget(PENDING, key.id()))
                .endsWith(key.digest().text());

        assertThat(control.reconciler.pass()).isTrue();
        assertGone(key);
    }

    @Test
    void remove_recordHasChangedSince_changesNothing() {
        ManagedKey key = create(Expiry.Never.NEVER);
        Stored<ManagedKey> before = control.ledger.findKey("ws_1", key.id()).orElseThrow();
        control.keys.revoke(ALICE, new KeyName("-", key.id()), "");

        assertThat(control.ledger.remove(before, new Audit(Caller.SELF, "key.remove", "", 0)))
                .isFalse();
        assertThat(control.ledger.findKey("ws_1", key.id())).isPresent();
    }

    @Test
    void lateWriter_ofARemovedKey_doesNotBringItBack() {
        ManagedKey key = revoked();
        control.clock.advance(Duration.ofDays(401));
        sweep();

        control.projector.project(key);

        assertGone(key);
    }

    @Test
    void sweep_auditTrail_losesWhatIsTooOldInEveryWorkspace() {
        control.workspaces.create(ALICE, "ws_2", "");
        long now = FakeClock.START.toEpochMilli();
        for (String workspace : List.of("ws_1", "ws_2")) {
            String stream = "latchkey:ledger:{" + workspace + "}:audit";
            REDIS.commands().del(stream);
            for (int i = 0; i < 2500; i++) {
                REDIS.commands().xadd(stream, new XAddArgs().id((now + i) + "-0"), Map.of("action", "x"));
            }
        }
        sweep();
        assertThat(REDIS.commands().xlen(AUDIT)).isEqualTo(2500);

        control.clock.advance(Duration.ofDays(1000).plusMillis(2345));
        sweep();

        for (String workspace : List.of("ws_1", "ws_2")) {
            assertThat(REDIS.commands().xrange("latchkey:ledger:{" + workspace + "}:audit", Range.unbounded()))
                    .hasSize(155)
                    .first()
                    .extracting(StreamMessage::getId)
                    .isEqualTo((now + 2345) + "-0");
        }
    }

    @Test
    void sweep_auditTrailIsSomethingElse_comesToItsEndAndShortensTheOthers() {
        REDIS.commands().del(AUDIT);
        REDIS.commands().set(AUDIT, "no stream");
        control.workspaces.create(ALICE, "ws_2", "");
        String other = "latchkey:ledger:{ws_2}:audit";
        REDIS.commands().del(other);
        REDIS.commands().xadd(other, new XAddArgs().id("1-0"), Map.of("action", "x"));

        sweep();

        assertThat(REDIS.commands().xlen(other)).isZero();
        assertThat(control.sweepMetrics.get("latchkey.sweep.running").gauge().value())
                .isZero();
    }

    /** What passes is waited for, instead of leaving the trail as it is until the next day. */
    @Test
    void sweep_redisIsBusyWhenATrailIsShortened_shortensItThen() throws IOException {
        REDIS.commands().del(AUDIT);
        REDIS.commands().xadd(AUDIT, new XAddArgs().id("1-0"), Map.of("action", "x"));
        AtomicInteger busy = new AtomicInteger(2);
        try (RefusingProxy proxy = new RefusingProxy(
                        REDIS.port(),
                        command -> command.get(0).equals("XTRIM") && busy.getAndDecrement() > 0
                                ? Optional.of("BUSY Redis is busy running a script.")
                                : Optional.empty());
                TestControl other = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            other.sweep.begin();
            for (int i = 0; i < 20; i++) {
                other.sweep.step();
            }
        }

        assertThat(REDIS.commands().xlen(AUDIT)).isZero();
    }

    private void assertGone(ManagedKey key) {
        assertThat(control.indexed(key)).isEmpty();
        assertThat(control.ledger.findKey("ws_1", key.id())).isEmpty();
        assertThat(control.ledger.keyIdsAfter("ws_1", "", 9)).isEmpty();
        assertThat(control.ledger.ownerOf(key.id())).isEmpty();
        assertThat(REDIS.commands().zscore(USED, key.id())).isNull();
        assertThat(REDIS.commands().exists(PENDING)).isZero();
    }

    private ManagedKey revoked() {
        ManagedKey key = create(Expiry.Never.NEVER);
        REDIS.commands().zadd(USED, 1.0, key.id());
        return control.keys.revoke(ALICE, new KeyName("-", key.id()), "").key();
    }

    private ManagedKey create(Expiry expiry) {
        return control.keys
                .create(ALICE, new NewKey("ws_1", "CRM", "live", List.of("cases:read"), expiry))
                .view()
                .key();
    }

    private void sweep() {
        control.sweep.begin();
        int steps = 0;
        while (control.sweep.step()) {
            assertThat(++steps).isLessThan(100);
        }
    }
}
