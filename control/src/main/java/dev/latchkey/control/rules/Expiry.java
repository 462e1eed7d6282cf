package dev.latchkey.control.rules;

/** When a new key is to expire, as it was sent; seconds and nanoseconds may be out of any range. */
public sealed interface Expiry {

    /** Not at all. */
    enum Never implements Expiry {
        NEVER
    }

    /** So long after it is made. */
    record Lifetime(long seconds, int nanos) implements Expiry {}

    /** At this time since 1970-01-01T00:00:00Z. */
    record At(long seconds, int nanos) implements Expiry {}
}
