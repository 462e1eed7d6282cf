package dev.latchkey.log;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A counter of log lines that were not written, by cause. The counters are static, because a process has a single log.
 *
 * <p>This class is thread-safe.
 */
public final class DroppedLines {
    /** Lines beyond the rate limit for lines of one kind. */
    public static final DroppedLines LIMIT = new DroppedLines("limit");
    /** Lines that standard error did not accept, because its reader has stopped or is too slow. */
    public static final DroppedLines UNREAD = new DroppedLines("unread");

    private final String cause;
    private final LongAdder count = new LongAdder();

    private DroppedLines(String cause) {
        this.cause = cause;
    }

    /** Returns the counters of all causes. */
    public static List<DroppedLines> all() {
        return List.of(LIMIT, UNREAD);
    }

    public String cause() {
        return cause;
    }

    public void add() {
        count.increment();
    }

    public long count() {
        return count.sum();
    }
}
