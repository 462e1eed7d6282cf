package dev.latchkey.control.redis;

/**
 * Thrown if Redis did not execute a command, or might not have. The message is meant for the caller: it says what is
 * known and what to do, and contains no secret and no digest. This exception has no stack trace, because it is an
 * expected result while Redis is down.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is known about the outcome of the command. */
    public enum Fault {
        /** The command was never sent. */
        UNREACHABLE,
        /** The command was sent but not answered in time, so Redis might have executed it. */
        UNCERTAIN,
        /** Redis is at its memory limit and did nothing. */
        FULL,
        /** Redis cannot execute the command now, and did nothing; the same command may succeed later, unchanged. */
        PASSING,
        /** Redis answered with an error, and will do so again until an operator fixes the cause. */
        REFUSED,
        /** A record, or another value that Redis holds, cannot be read. */
        BAD_RECORD
    }

    private final Fault fault;
    private final String trouble;

    public StoreException(Fault fault, String message) {
        this(fault, message, message);
    }

    /** @param trouble the problem of Redis, for operators; the text is the same whichever command met the problem */
    public StoreException(Fault fault, String message, String trouble) {
        super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.fault = fault;
        this.trouble = trouble;
    }

    public Fault fault() {
        return fault;
    }

    /** Returns the problem of Redis and how to fix it, for operators. Like the message, the text contains no secret. */
    public String trouble() {
        return trouble;
    }
}
