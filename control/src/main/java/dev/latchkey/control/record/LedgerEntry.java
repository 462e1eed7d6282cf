package dev.latchkey.control.record;

/** What the ledger keeps in full and the index in part: a key, or a workspace. Immutable. */
public sealed interface LedgerEntry permits ManagedKey, ManagedWorkspace {

    /** Returns the id of the workspace in whose part of the ledger this is. */
    String workspace();

    /** Returns the name of the record within that part. */
    String field();

    /** Returns the number of the change that made this record; grows with each. */
    long rev();

    /** Tells whether this record takes access away, so that a full Redis must not stop it. */
    boolean closed();
}
