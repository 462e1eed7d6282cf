package dev.latchkey.e2e.soak;

/**
 * Something that was done, from when it began until its outcome was known. Times are of {@code System.nanoTime()} of
 * one process.
 *
 * @param subject the id of a key or of a workspace, or what a fault was done to; never a key itself
 * @param place the workspace of a new key; who was asked a check; a clock's step, ISO 8601; empty else
 * @param detail what came back, for people
 */
record Operation(Kind kind, String subject, String place, long invoked, long ended, Outcome outcome, String detail) {

    /** What was done. */
    enum Kind {
        CREATE,
        REVOKE,
        ACTIVATE,
        DEACTIVATE,
        /** A key's own end, at the time that its creation has told: it is invoked and ended then. */
        EXPIRE,
        CHECK,
        /** A fault, from its beginning until everything was seen to work again. */
        FAULT,
        /**
         * A clock was wrong by a step, from before it was stepped until all were seen to agree again; {@code place} is
         * the step.
         */
        CLOCK,
        /** A probe of an operators' port that slow clients hold: OK is in time, INFO late, WRONG none. */
        PROBE,
        /** Everything in Redis was deleted, from when that was asked for until it was done. */
        LOSS,
        /** The records of the index were deleted, and not the ledger: until they are all there again. */
        INDEX_LOSS
    }

    /** What came of it. */
    enum Outcome {
        /** Of a change: it is done. */
        OK,
        /** Of a change: it was refused, and will never be done. */
        FAIL,
        /** Of a change: it may be done, or be done later. Of a check: nobody answered who knows of keys. */
        INFO,
        /** Of a check: the request may pass. */
        ALLOWED,
        /** Of a check: refused for what its key is. */
        DENIED,
        /** Of a check: Latchkey's own 503. */
        UNAVAILABLE,
        /** Of a check: an answer that should not exist. */
        WRONG
    }
}
