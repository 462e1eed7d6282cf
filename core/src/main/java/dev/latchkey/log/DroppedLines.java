package dev.latchkey.log;

import java.util.concurrent.atomic.LongAdder;

/** Counts the log lines of this process that were not written, by cause. Thread-safe; a process has one log, and so one count. */
public enum DroppedLines {
    /** Too many of one kind in a short time. */
    LIMIT,
    /** Standard error is not read, or not as fast as lines come. */
    UNREAD;

    @SuppressWarnings("ImmutableEnumChecker") // A counter is what this enum is for.
    private final LongAdder count = new LongAdder();

    public void add() {
        count.increment();
    }

    public long count() {
        return count.sum();
    }
}
