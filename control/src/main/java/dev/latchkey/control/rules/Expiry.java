package dev.latchkey.control.rules;

/** The requested expiry of a new key, as received; seconds and nanoseconds can be out of range. */
public sealed interface Expiry {

    /** No expiry. */
    enum Never implements Expiry {
        NEVER
    }

    /** A lifetime, counted from the creation of the key. */
    record Lifetime(long seconds, int nanos) implements Expiry {}

    /** A point in time, counted from 1970-01-01T00:00:00Z. */
    record At(long seconds, int nanos) implements Expiry {}
}
