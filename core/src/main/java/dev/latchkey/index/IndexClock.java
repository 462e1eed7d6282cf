package dev.latchkey.index;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time against which expiry is judged: the later of the local clock and Redis' time carried forward, so that a machine
 * whose clock is behind lets no expired key pass.
 *
 * <p>This class is thread-safe; reading takes no lock.
 */
public final class IndexClock implements LongSupplier {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier wallMillis;
    private final LongSupplier monotonicNanos;
    private volatile @Nullable Observation last;

    /**
     * @param wallMillis epoch milliseconds, {@code System::currentTimeMillis}
     * @param monotonicNanos {@code System::nanoTime}
     */
    public IndexClock(LongSupplier wallMillis, LongSupplier monotonicNanos) {
        this.wallMillis = wallMillis;
        this.monotonicNanos = monotonicNanos;
    }

    /**
     * Returns one by the clocks of the system, of the same classes each time: what the JVM has compiled for one is right for all.
     */
    public static IndexClock ofSystem() {
        return new IndexClock(System::currentTimeMillis, System::nanoTime);
    }

    /** Returns epoch milliseconds. */
    @Override
    public long getAsLong() {
        long wall = wallMillis.getAsLong();
        Observation seen = last;
        return seen == null ? wall : Math.max(wall, seen.at(monotonicNanos.getAsLong()));
    }

    /** Returns the epoch milliseconds in an answer to {@code TIME}: seconds, and microseconds of the second. */
    public static long millis(List<String> time) {
        return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
    }

    /** Takes note of Redis' time, epoch milliseconds, as it has just arrived. */
    public void observe(long redisMillis) {
        last = new Observation(redisMillis, monotonicNanos.getAsLong());
    }

    /** Returns Redis' time, epoch milliseconds, as far as it is known here: else the local clock's. */
    public long redisMillis() {
        Observation seen = last;
        return seen == null ? wallMillis.getAsLong() : seen.at(monotonicNanos.getAsLong());
    }

    /** Returns by how many milliseconds the local clock is ahead of Redis' (negative: behind); 0 before the first answer. */
    public long skewMillis() {
        Observation seen = last;
        return seen == null ? 0 : wallMillis.getAsLong() - seen.at(monotonicNanos.getAsLong());
    }

    private record Observation(long redisMillis, long nanos) {
        long at(long nowNanos) {
            return redisMillis + (nowNanos - nanos) / NANOS_PER_MILLI;
        }
    }
}
