package dev.latchkey.control.record;

import dev.latchkey.key.WorkspaceRecord;

/**
 * A workspace as operators know it.
 *
 * @param record what the index holds of it
 * @param name what people call it
 * @param createdAt epoch milliseconds
 */
public record ManagedWorkspace(WorkspaceRecord record, String name, long createdAt) implements LedgerEntry {
    /** Not an id, so no key's record has this name. */
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

    /** Returns this workspace, active or not, as the change that follows {@code rev}. */
    public ManagedWorkspace withActive(boolean active, long rev) {
        return new ManagedWorkspace(
                new WorkspaceRecord(record.id(), active, rev + 1, record.generation()), name, createdAt);
    }

    /** Returns this workspace with none but keys of {@code generation} let through, as the change that follows {@code rev}. */
    public ManagedWorkspace withGeneration(long generation, long rev) {
        return new ManagedWorkspace(
                new WorkspaceRecord(record.id(), record.active(), rev + 1, generation), name, createdAt);
    }
}
