package dev.latchkey.key;

/**
 * What the index holds of a workspace.
 *
 * @param id the caller's own, {@code [A-Za-z0-9_-]{1,64}}
 * @param active whether its keys are let through
 * @param rev grows with each change
 * @param generation of the keys that are let through: those of an earlier one were revoked all at once. Never falls
 */
public record WorkspaceRecord(String id, boolean active, long rev, long generation) {

    /** A workspace whose keys were never revoked all at once. */
    public WorkspaceRecord(String id, boolean active, long rev) {
        this(id, active, rev, 0);
    }
}
