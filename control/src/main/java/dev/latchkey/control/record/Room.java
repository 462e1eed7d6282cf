package dev.latchkey.control.record;

/**
 * A workspace in which a key is to be created, as it was read. The step that creates the key checks that the workspace
 * has not changed since. Otherwise a key could be created after all keys of the workspace were revoked, and still
 * belong to the previous generation.
 *
 * @param workspace the workspace as it was read
 * @param most the number of keys that the workspace can hold, ended keys included
 */
public record Room(Stored<ManagedWorkspace> workspace, int most) {

    /** Returns the generation of the keys that are created in this workspace. */
    public long generation() {
        return workspace.entry().record().generation();
    }
}
