package dev.latchkey.cli.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A limit on the log lines of each kind: thirty lines in ten seconds, only the first stack trace of them printed. For
 * Latchkey's own classes, a kind is a message pattern of a class. For libraries, a kind is all messages of a class,
 * because their messages contain addresses. Events at level DEBUG and below have no limit, because an operator has
 * turned them on.
 *
 * <p>This class is thread-safe.
 */
final class LineLimit {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int LINES = 30;
    private static final int MAX_KINDS = 1000;
    private static final String OWN = "dev.latchkey.";

    private final LongSupplier nanoTime;
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

    /** @param nanoTime a clock such as {@link System#nanoTime} */
    LineLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * The decision about one event.
     *
     * @param line whether to write the event
     * @param trace whether to write its stack trace, if it has one
     * @param hidden how many earlier events of the same kind were not written
     */
    record Share(boolean line, boolean trace, long hidden) {}

    Share take(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(Level.INFO)) {
            return new Share(true, true, 0);
        }
        String logger = event.getLoggerName();
        String name = logger.startsWith(OWN) ? logger + ' ' + event.getMessage() : logger;
        // Beyond MAX_KINDS, all new kinds share one limit, so that the map stays bounded.
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
