package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.server.cache.CacheLimits;
import dev.latchkey.server.cache.Gate;
import dev.latchkey.server.cache.Lease;
import dev.latchkey.server.cache.NearCacheKeyIndex;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decisions from memory over the fake, while clocks jump and while what is read from is broken. */
class CacheFaultsTest {
    private static final CacheLimits LIMITS = new CacheLimits(100, 100, Duration.ofMinutes(5));
    private static final long LEASE = TimeUnit.SECONDS.toNanos(2);

    private final InMemoryKeyIndex store = new InMemoryKeyIndex();
    private final Gate gate = new Gate();
    private @Nullable RuntimeException clockFault;
    private long nanos;
    private long wallMillis;
    private final NearCacheKeyIndex cache = new NearCacheKeyIndex(store, LIMITS, this::nanos);

    @BeforeEach
    void seed() {
        store.put(OneKey.DIGEST, OneKey.record());
        store.put(OneKey.WORKSPACE);
    }

    @Test
    void process_standsStillWhileADecisionWaits_itIsDecidedAnew() {
        begin(gate.before(store), () -> wallMillis);

        assertThat(decidedAcrossAStandstill(cache)).isEqualTo(Reason.REVOKED_KEY);
    }

    @Test
    void checkAfterAwait_off_processStandsStillWhileADecisionWaits_isAStaleAllow() {
        begin(gate.before(store), () -> wallMillis);

        assertThat(decidedAcrossAStandstill(new Unmarked(cache))).isEqualTo(Reason.OK);
    }

    /** Returns a decision whose key was in memory, and whose workspace came after a pause as long as the lease. */
    private Reason decidedAcrossAStandstill(KeyIndex index) {
        assertThat(OneKey.decide(cache)).isEqualTo(Reason.OK);
        cache.evictWorkspace("ws_1");
        gate.shut();
        CompletableFuture<Decision> asked = OneKey.ask(index);
        gate.awaitHeld();

        store.put(OneKey.DIGEST, OneKey.revoked());
        pass(LEASE);
        gate.open();
        return asked.join().reason();
    }

    @Test
    void machine_suspended_nothingInMemoryIsUsedAfterwards() {
        begin(store, () -> wallMillis);

        assertThat(decidedAfterASuspension()).isEqualTo(Reason.REVOKED_KEY);
    }

    @Test
    void wallClock_notLookedAt_machineSuspended_isAStaleAllow() {
        begin(store, () -> 0);

        assertThat(decidedAfterASuspension()).isEqualTo(Reason.OK);
    }

    /** The monotonic clock stands still while a machine is suspended. */
    private Reason decidedAfterASuspension() {
        assertThat(OneKey.decide(cache)).isEqualTo(Reason.OK);
        store.put(OneKey.DIGEST, OneKey.revoked());
        wallMillis += TimeUnit.HOURS.toMillis(1);
        return OneKey.decide(cache);
    }

    /** Ways in which what memory reads from can be broken. */
    static Stream<Broken> faults() {
        RuntimeException fault = new IllegalStateException("a fault that a test made");
        return Stream.of(
                new Broken("throws", () -> {
                    throw fault;
                }),
                new Broken("fails", () -> CompletableFuture.failedFuture(fault)),
                new Broken("answers null", () -> CompletableFuture.completedFuture(null)),
                new Broken("returns null", () -> null));
    }

    private record Broken(String title, Supplier<CompletableFuture<?>> answer) {

        @SuppressWarnings("unchecked") // for one that is broken
        <T> CompletableFuture<T> read() {
            return (CompletableFuture<T>) answer.get();
        }

        @Override
        public String toString() {
            return title;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void readOfTheKey_broken_isAnInternalFaultEachTimeAndForgottenWhenMended(Broken broken) {
        assertInternalUntilMended(new Faulty() {
            @Override
            public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
                return mended ? store.findKey(digest) : broken.read();
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void readOfTheWorkspace_broken_isAnInternalFaultEachTimeAndForgottenWhenMended(Broken broken) {
        assertInternalUntilMended(new Faulty() {
            @Override
            public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
                return mended ? store.findWorkspace(id) : broken.read();
            }
        });
    }

    @Test
    void memoryItself_broken_isAnInternalFault() {
        begin(store, () -> wallMillis);
        assertThat(OneKey.decide(cache)).isEqualTo(Reason.OK);

        clockFault = new IllegalStateException("a fault that a test made");
        assertThat(OneKey.decide(cache)).isEqualTo(Reason.INTERNAL);
        clockFault = null;
        assertThat(OneKey.decide(cache)).isEqualTo(Reason.OK);
    }

    private void assertInternalUntilMended(Faulty reader) {
        begin(reader, () -> wallMillis);

        for (int i = 0; i < 3; i++) {
            assertThat(OneKey.ask(cache))
                    .succeedsWithin(Duration.ofSeconds(10))
                    .extracting(Decision::reason)
                    .isEqualTo(Reason.INTERNAL);
        }
        reader.mended = true;
        assertThat(OneKey.ask(cache))
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(Decision::reason)
                .isEqualTo(Reason.OK);
    }

    /** The fake, but for one method. */
    private abstract class Faulty implements KeyIndex {
        boolean mended;

        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            return store.findKey(digest);
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return store.findWorkspace(id);
        }
    }

    private void begin(KeyIndex reader, LongSupplier wall) {
        Lease lease = new Lease(LEASE, this::nanos, wall);
        lease.extend(lease.send());
        cache.begin(reader, lease);
    }

    private void pass(long time) {
        nanos += time;
        wallMillis += TimeUnit.NANOSECONDS.toMillis(time);
    }

    private long nanos() {
        if (clockFault != null) {
            throw clockFault;
        }
        return nanos;
    }
}
