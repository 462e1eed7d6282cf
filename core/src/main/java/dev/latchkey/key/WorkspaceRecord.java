package dev.latchkey.key;

/**
 * What the index holds of a workspace.
 *
 * @param id the caller's own, {@code [A-Za-z0-9_-]{1,64}}
 * @param active whether its keys are let through
 * @param rev grows with each change
 */
public record WorkspaceRecord(String id, boolean active, long rev) {}
