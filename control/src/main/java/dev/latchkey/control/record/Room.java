package dev.latchkey.control.record;

/**
 * A workspace in which a key is to be made, as it was read: the key is made only if it still stands there so, in the same step.
 * Else a key could be made after all keys of the workspace were revoked and still be of the generation before.
 *
 * @param workspace as it was read
 * @param most keys that it may hold, ended ones included
 */
public record Room(Stored<ManagedWorkspace> workspace, int most) {

    /** Returns the generation of the keys that are made here. */
    public long generation() {
        return workspace.entry().record().generation();
    }
}
