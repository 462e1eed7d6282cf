package dev.latchkey.control.ledger;

/** What came of the ledger's step that makes a key. */
public enum Creation {
    /** The key is recorded. */
    MADE,
    /** Its id is taken, or the claim of the call came too late. */
    TAKEN,
    /** The workspace is no longer as it was read: read it again. */
    MOVED,
    /** The workspace holds as many keys as it may. */
    FULL;

    /** @param answer of {@link Commit#script} */
    public static Creation of(long answer) {
        if (answer > 0) {
            return MADE;
        }
        return answer == 0 ? TAKEN : answer == Commit.MOVED ? MOVED : FULL;
    }
}
