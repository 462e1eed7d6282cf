package dev.latchkey.control.imports;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A rate limit on operations per second that all calls share. This class is thread-safe. */
public final class RateLimit {
    private final int perSecond;
    private final LongSupplier nanos;
    private final Sleeper sleeper;
    private long free;

    /** A replaceable wait, for tests. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    public RateLimit(int perSecond) {
        this(perSecond, System::nanoTime, TimeUnit.NANOSECONDS::sleep);
    }

    RateLimit(int perSecond, LongSupplier nanos, Sleeper sleeper) {
        this.perSecond = perSecond;
        this.nanos = nanos;
        this.sleeper = sleeper;
        this.free = nanos.getAsLong();
    }

    /** Waits until earlier reservations have used up their time. The caller can then run {@code count} operations. */
    void await(int count) throws InterruptedException {
        sleeper.sleep(reserve(count));
    }

    private synchronized long reserve(int count) {
        long now = nanos.getAsLong();
        // Unused capacity does not accumulate.
        long start = free - now > 0 ? free : now;
        free = start + TimeUnit.SECONDS.toNanos(count) / perSecond;
        return start - now;
    }
}
