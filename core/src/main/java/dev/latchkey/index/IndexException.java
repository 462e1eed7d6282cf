package dev.latchkey.index;

import java.util.concurrent.CompletionException;

/**
 * Thrown when the index cannot tell whether it holds a record, or cannot read the record. The exception has no stack
 * trace, because it is an expected outcome while Redis is down.
 */
public final class IndexException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kind of failure. */
    public enum Fault {
        /** There is no connection, or Redis refused the command. */
        UNAVAILABLE,
        /** No response arrived within the time limit. */
        TIMEOUT,
        /** The record exists but cannot be read. */
        BAD_RECORD,
        /** Too many reads are in flight; this read was not started. */
        OVERLOADED
    }

    private final Fault fault;

    public IndexException(Fault fault, String message) {
        super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }

    /** Returns {@code failure} without the {@link CompletionException} that futures wrap around it. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
