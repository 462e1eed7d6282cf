package dev.latchkey.control.imports;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Keeps what is done together below so much a second, over more than one call. Thread-safe. */
public final class RateLimit {
    private final int perSecond;
    private final LongSupplier nanos;
    private final Sleeper sleeper;
    private long free;

    /** How to wait. */
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

    /** Waits until {@code count} more may be done: for as long as those before take at this pace. */
    void await(int count) throws InterruptedException {
        sleeper.sleep(reserve(count));
    }

    private synchronized long reserve(int count) {
        long now = nanos.getAsLong();
        // What was not used is not saved up.
        long start = free - now > 0 ? free : now;
        free = start + TimeUnit.SECONDS.toNanos(count) / perSecond;
        return start - now;
    }
}
