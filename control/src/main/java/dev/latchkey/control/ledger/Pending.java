package dev.latchkey.control.ledger;

/**
 * A note that the index may not have a change yet, stored in the ledger as {@code field → value}. The value starts with the
 * change's {@code rev}, so that taking away an old note leaves a newer one alone.
 */
record Pending(String field, String value) {
    private static final String UNSEEN = " unseen";

    /** Returns the note for a change that anybody may carry to the index. */
    static Pending of(LedgerEntry entry) {
        return new Pending(entry.field(), Long.toString(entry.rev()));
    }

    /** Returns the note for a key whose secret nobody has been shown yet: only who minted it may carry it to the index. */
    static Pending unseen(ManagedKey key) {
        return new Pending(key.field(), key.rev() + UNSEEN);
    }

    boolean isUnseen() {
        return value.endsWith(UNSEEN);
    }
}
