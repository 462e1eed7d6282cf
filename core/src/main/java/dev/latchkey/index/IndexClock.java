package dev.latchkey.index;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The clock that decides whether a key has expired. It returns the later of the local time and the last time that Redis
 * reported, advanced by a monotonic clock. So a machine whose clock is behind does not accept an expired key.
 *
 * <p>This class is thread-safe. Reading the time takes no lock.
 */
public final class IndexClock implements LongSupplier {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier wallMillis;
    private final LongSupplier monotonicNanos;
    private volatile @Nullable Observation last;

    /**
     * @param wallMillis the local time in epoch milliseconds, {@code System::currentTimeMillis}
     * @param monotonicNanos a monotonic clock in nanoseconds, {@code System::nanoTime}
     */
    public IndexClock(LongSupplier wallMillis, LongSupplier monotonicNanos) {
        this.wallMillis = wallMillis;
        this.monotonicNanos = monotonicNanos;
    }

    /**
     * Returns a clock that reads the system's clocks. All clocks that this method returns use the same classes, so that
     * code that the JVM compiled for one clock is valid for all of them.
     */
    public static IndexClock ofSystem() {
        return new IndexClock(System::currentTimeMillis, System::nanoTime);
    }

    /** Returns the time in epoch milliseconds. */
    @Override
    public long getAsLong() {
        long wall = wallMillis.getAsLong();
        Observation seen = last;
        return seen == null ? wall : Math.max(wall, seen.at(monotonicNanos.getAsLong()));
    }

    /** Converts a reply to {@code TIME}, seconds and microseconds of the second, to epoch milliseconds. */
    public static long millis(List<String> time) {
        return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
    }

    /** Records the time of Redis in epoch milliseconds. Callers pass the time as soon as it arrives. */
    public void observe(long redisMillis) {
        last = new Observation(redisMillis, monotonicNanos.getAsLong());
    }

    /** Returns the time of Redis in epoch milliseconds, or the local time before the first reply from Redis. */
    public long redisMillis() {
        Observation seen = last;
        return seen == null ? wallMillis.getAsLong() : seen.at(monotonicNanos.getAsLong());
    }

    /**
     * Returns how many milliseconds the local clock is ahead of the clock of Redis, negative if the local clock is
     * behind; 0 before the first reply from Redis.
     */
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
