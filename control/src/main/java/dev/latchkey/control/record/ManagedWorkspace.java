package dev.latchkey.control.record;

import dev.latchkey.key.WorkspaceRecord;

/**
 * A workspace as operators know it.
 *
 * @param record the part that the index holds
 * @param name the display name
 * @param createdAt epoch milliseconds
 */
public record ManagedWorkspace(WorkspaceRecord record, String name, long createdAt) implements LedgerEntry {
    /** The field of the workspace's own record. It is not a valid id, so it cannot collide with the field of a key. */
    public static final String FIELD = ".";

    public boolean active() {
        return record.active();
    }

    @Override
    public String workspace() {
        return record.id();
    }

    @Override
    public String field() {
        return FIELD;
    }

    @Override
    public long rev() {
        return record.rev();
    }

    @Override
    public boolean closed() {
        return !record.active();
    }

    /** Returns this workspace with the given state, as the revision after {@code rev}. */
    public ManagedWorkspace withActive(boolean active, long rev) {
        return new ManagedWorkspace(
                new WorkspaceRecord(record.id(), active, rev + 1, record.generation()), name, createdAt);
    }

    /** Returns this workspace as the revision after {@code rev}, so that only keys of {@code generation} pass. */
    public ManagedWorkspace withGeneration(long generation, long rev) {
        return new ManagedWorkspace(
                new WorkspaceRecord(record.id(), record.active(), rev + 1, generation), name, createdAt);
    }
}
