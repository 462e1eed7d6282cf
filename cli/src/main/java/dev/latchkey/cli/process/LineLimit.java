package dev.latchkey.cli.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much of the log one kind of line may take: thirty lines in ten seconds, the first with its trace. A kind of our own is a
 * message of a class; a kind of a library is all that a class of it says, since such messages hold addresses. What somebody asked
 * for, DEBUG and below, has no limit. Thread-safe.
 */
final class LineLimit {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int LINES = 30;
    private static final int MAX_KINDS = 1000;
    private static final String OWN = "dev.latchkey.";

    private final LongSupplier nanoTime;
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    LineLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * What is to be written of an event.
     *
     * @param line whether it is to be written at all
     * @param trace whether with its trace, if it has one
     * @param hidden how many of its kind before it were not written
     */
    record Share(boolean line, boolean trace, long hidden) {}

    Share take(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(Level.INFO)) {
            return new Share(true, true, 0);
        }
        String logger = event.getLoggerName();
        String name = logger.startsWith(OWN) ? logger + ' ' + event.getMessage() : logger;
        String kind = kinds.containsKey(name) || kinds.size() < MAX_KINDS ? name : "";
        return kinds.computeIfAbsent(kind, any -> new Kind(nanoTime.getAsLong()))
                .take(nanoTime.getAsLong(), event.getThrowableProxy() != null);
    }

    private static final class Kind {
        private long start;
        private int lines;
        private boolean traced;
        private long hidden;

        private Kind(long now) {
            this.start = now;
        }

        private synchronized Share take(long now, boolean hasTrace) {
            if (now - start >= PERIOD_NANOS) {
                start = now;
                lines = 0;
                traced = false;
            }
            if (lines == LINES) {
                hidden++;
                return new Share(false, false, 0);
            }
            lines++;
            boolean first = hasTrace && !traced;
            traced |= hasTrace;
            long before = hidden;
            hidden = 0;
            return new Share(true, first, before);
        }
    }
}
