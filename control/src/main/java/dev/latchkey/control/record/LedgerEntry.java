package dev.latchkey.control.record;

/** A record that the ledger keeps in full and the index in part: a key or a workspace. Immutable. */
public sealed interface LedgerEntry permits ManagedKey, ManagedWorkspace {

    /** Returns the id of the workspace whose part of the ledger holds this record. */
    String workspace();

    /** Returns the name of this record within that part. */
    String field();

    /** Returns the number of the change that produced this record. Each change increases the number. */
    long rev();

    /**
     * Returns whether this record denies access (a revoked key, an inactive workspace): a full Redis must not stop it.
     */
    boolean closed();
}
