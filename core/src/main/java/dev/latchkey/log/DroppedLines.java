package dev.latchkey.log;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts the log lines of this process that were not written, by cause. Thread-safe; a process has one log, and so one count. */
public final class DroppedLines {
    /** Too many of one kind in a short time. */
    public static final DroppedLines LIMIT = new DroppedLines("limit");
    /** Standard error is not read, or not as fast as lines come. */
    public static final DroppedLines UNREAD = new DroppedLines("unread");

    private final String cause;
    private final LongAdder count = new LongAdder();

    private DroppedLines(String cause) {
        this.cause = cause;
    }

    /** Returns the counts of all causes. */
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
