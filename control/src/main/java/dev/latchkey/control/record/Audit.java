package dev.latchkey.control.record;

/**
 * Who makes a change, and why; becomes one entry of the workspace's audit trail, in the same step as the change.
 *
 * @param action such as {@code key.revoke}
 * @param reason as the caller gave it; empty if there is none
 * @param at epoch milliseconds
 */
public record Audit(Caller caller, String action, String reason, long at) {}
