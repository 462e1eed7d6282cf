package dev.latchkey.control.redis;

/**
 * Redis did not do what was asked. The message says what is known and what to do, is meant for the caller, and holds no secret
 * and no digest. Carries no stack trace: it is an expected answer while Redis is down.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is known about the command. */
    public enum Fault {
        /** It was never sent. */
        UNREACHABLE,
        /** It was sent, no answer came in time: it may have been done. */
        UNCERTAIN,
        /** Redis is at its memory limit and did nothing. */
        FULL,
        /** Redis cannot do it now, and did nothing; the same command may succeed later, unchanged. */
        PASSING,
        /** Redis answered with an error, and will answer with it again until somebody mends the cause. */
        REFUSED,
        /** A record of the ledger cannot be read. */
        BAD_RECORD
    }

    private final Fault fault;
    private final String trouble;

    public StoreException(Fault fault, String message) {
        this(fault, message, message);
    }

    /** @param trouble what ails Redis, for operators: the same words whichever command met it */
    public StoreException(Fault fault, String message, String trouble) {
        super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.fault = fault;
        this.trouble = trouble;
    }

    public Fault fault() {
        return fault;
    }

    /** Returns what ails Redis and what to do about it, for operators; as free of secrets as the message. */
    public String trouble() {
        return trouble;
    }
}
