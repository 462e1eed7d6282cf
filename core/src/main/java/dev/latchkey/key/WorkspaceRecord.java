package dev.latchkey.key;

/**
 * The record that the index holds of a workspace.
 *
 * @param id the id that the caller has chosen, {@code [A-Za-z0-9_-]{1,64}}
 * @param active whether keys of the workspace are accepted
 * @param rev the revision of the record, which grows with each change
 * @param generation the generation of the keys that are accepted. All keys of earlier generations were revoked at once.
 *     The generation never decreases
 */
public record WorkspaceRecord(String id, boolean active, long rev, long generation) {

    /** Creates the record of a workspace whose keys have never been revoked all at once. */
    public WorkspaceRecord(String id, boolean active, long rev) {
        this(id, active, rev, 0);
    }
}
