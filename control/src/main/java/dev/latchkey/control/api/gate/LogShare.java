package dev.latchkey.control.api.gate;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A rate limit for one kind of log line: twenty lines in ten seconds. The next line after a pause reports the number of
 * lines that were suppressed. Without a limit, a message that anybody can cause repeatedly could fill the disk.
 *
 * <p>This class is thread-safe.
 */
final class LogShare {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int SHOWN_PER_PERIOD = 20;

    private final LongSupplier nanoTime;
    private long periodStart;
    private int shown;
    private long hidden;

    /** @param nanoTime a clock like {@link System#nanoTime} */
    LogShare(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.periodStart = nanoTime.getAsLong();
    }

    /**
     * Counts one line. Returns the number of lines suppressed since the last logged line, or -1 if this line must be
     * suppressed as well.
     */
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
