package dev.latchkey.control.api.gate;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much of the log one kind of line may take: twenty lines in ten seconds, and with the next one how many there were in between.
 * What anybody can bring about again and again could else fill the disk. Thread-safe.
 */
final class LogShare {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int SHOWN_PER_PERIOD = 20;

    private final LongSupplier nanoTime;
    private long periodStart;
    private int shown;
    private long hidden;

    /** @param nanoTime as {@link System#nanoTime} */
    LogShare(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.periodStart = nanoTime.getAsLong();
    }

    /** Counts one line, and returns how many before it were not logged; -1 if it is not to be logged either. */
    synchronized long take() {
        long now = nanoTime.getAsLong();
        if (now - periodStart >= PERIOD_NANOS) {
            periodStart = now;
            shown = 0;
        }
        if (shown == SHOWN_PER_PERIOD) {
            hidden++;
            return -1;
        }
        shown++;
        long before = hidden;
        hidden = 0;
        return before;
    }
}
