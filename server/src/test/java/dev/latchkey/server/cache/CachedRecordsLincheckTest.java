package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.LincheckAssertionError;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/**
 * Cache, store and pushes together behave as one register would: whatever threads look up, and others write and push,
 * there is an order of all of it in which each look-up finds what was written last.
 */
@EnabledForJreRange(maxVersion = 24, disabledReason = "Lincheck reads no class files of a later Java")
class CachedRecordsLincheckTest {
    private static final int ITERATIONS = 30;
    private static final int INVOCATIONS = 2000;

    @Test
    void lookUpsWritesAndPushes_areLinearizable() {
        LinChecker.check(Cached.class, options(ITERATIONS));
    }

    @Test
    void i2_off_isNotLinearizable() {
        assertThatThrownBy(() -> LinChecker.check(Careless.class, options(10 * ITERATIONS)))
                .isInstanceOf(LincheckAssertionError.class);
    }

    private static StressOptions options(int iterations) {
        return new StressOptions()
                .iterations(iterations)
                .invocationsPerIteration(INVOCATIONS)
                .threads(3)
                .actorsPerThread(3)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Register.class);
    }

    /** What it is to be like. */
    public static class Register {
        private int value;

        public int find() {
            return value;
        }

        public void write(int next) {
            value = next;
        }

        public void later() {}
    }

    @Param(name = "value", gen = IntGen.class, conf = "1:5")
    public static class Cached {
        final AtomicLong nanos = new AtomicLong();
        private final AtomicInteger store = new AtomicInteger();
        private final CachedRecords<String, Integer> records = records();

        CachedRecords<String, Integer> records() {
            return new CachedRecords<>(name -> read(), LIMITS, nanos::get, new CacheCounters());
        }

        CompletableFuture<Optional<Integer>> read() {
            return CompletableFuture.completedFuture(Optional.of(store.get()));
        }

        @Operation
        public int find() {
            return records.find("a").join().orElseThrow();
        }

        @Operation
        public void write(@Param(name = "value") int next) {
            store.set(next);
            records.evict("a");
        }

        /** Once, and what is in memory is to be read again; twice, and its age is over. */
        @Operation
        public void later() {
            nanos.addAndGet(LIMITS.maxAge().toNanos() / 8 * 7);
        }
    }

    @Param(name = "value", gen = IntGen.class, conf = "1:5")
    public static class Careless extends Cached {
        @Override
        CachedRecords<String, Integer> records() {
            return new CachedRecords<>(name -> read(), LIMITS, nanos::get, new CacheCounters()) {
                @Override
                boolean mayStore(Flight<Integer> answered, @Nullable Flight<Integer> standing) {
                    return true;
                }
            };
        }
    }

    private static final CacheLimits LIMITS = new CacheLimits(10, 10, Duration.ofHours(1));
}
