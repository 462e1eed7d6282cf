package dev.latchkey.control.ledger;

/** The result of the ledger's step that creates a key. */
public enum Creation {
    /** The key is recorded. */
    MADE,
    /** The id of the key or its string is taken, or another call with the same request id came first. */
    TAKEN,
    /** The workspace has changed since it was read: read it again. */
    MOVED,
    /** The workspace already holds the maximum number of keys. */
    FULL;

    /** @param answer the answer of {@link Commit#script} */
    public static Creation of(long answer) {
        if (answer > 0) {
            return MADE;
        }
        return answer == 0 ? TAKEN : answer == Commit.MOVED ? MOVED : FULL;
    }
}
