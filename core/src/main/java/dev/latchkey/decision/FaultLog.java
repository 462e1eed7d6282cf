package dev.latchkey.decision;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * A rate-limited log for faults of one kind inside checks. In each period of ten seconds, it logs at most one fault,
 * with its stack trace. Before the next fault, it logs how many faults were suppressed in between. Without this limit,
 * a client that has found a way to cause a fault could fill the disk. Metrics count every fault.
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
     * Creates a log for one kind of fault.
     *
     * @param message describes the kind of fault
     * @param nanoTime a clock like {@link System#nanoTime}
     */
    public FaultLog(Logger log, String message, LongSupplier nanoTime) {
        this.log = log;
        this.message = message;
        this.nanoTime = nanoTime;
        this.lastShown = new AtomicLong(nanoTime.getAsLong() - PERIOD_NANOS);
    }

    /** Logs the fault, or counts it if another fault was logged less than ten seconds ago. */
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
