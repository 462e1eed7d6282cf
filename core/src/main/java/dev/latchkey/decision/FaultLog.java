package dev.latchkey.decision;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs faults of one kind inside checks: in ten seconds one of them, with its trace, and before the next one how many there were
 * in between. A client that has found a fault could else fill the disk; metrics count each.
 *
 * <p>This class is thread-safe, takes no lock and does not block.
 */
public final class FaultLog {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final String message;
    private final LongSupplier nanoTime;
    private final AtomicLong lastShown;
    private final AtomicLong hidden = new AtomicLong();

    /**
     * @param message says what kind of fault it is
     * @param nanoTime as {@link System#nanoTime}
     */
    public FaultLog(Logger log, String message, LongSupplier nanoTime) {
        this.log = log;
        this.message = message;
        this.nanoTime = nanoTime;
        this.lastShown = new AtomicLong(nanoTime.getAsLong() - PERIOD_NANOS);
    }

    /** Logs or counts one. */
    public void report(Throwable fault) {
        long now = nanoTime.getAsLong();
        long last = lastShown.get();
        if (now - last < PERIOD_NANOS || !lastShown.compareAndSet(last, now)) {
            hidden.incrementAndGet();
            return;
        }
        long more = hidden.getAndSet(0);
        if (more > 0) {
            log.error("{}: and {} more in {} s", message, more, TimeUnit.NANOSECONDS.toSeconds(now - last));
        }
        log.error(message, fault);
    }
}
