package dev.latchkey.index;

import java.util.concurrent.CompletionException;

/** The index could not say what it holds. Carries no stack trace: it is an expected answer while Redis is down. */
public final class IndexException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Fault {
        /** No connection, or Redis refused the command. */
        UNAVAILABLE,
        /** No answer within the bound. */
        TIMEOUT,
        /** There is a record, and it cannot be read. */
        BAD_RECORD,
        /** Too many reads are under way; this one was not begun. */
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

    /** Returns {@code failure} without the wrapper that futures put around it. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
