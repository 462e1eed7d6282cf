package dev.latchkey.control.record;

/**
 * The actor, the action and the reason of a change. The step that makes the change writes them as an entry of the
 * workspace's audit trail.
 *
 * @param action such as {@code key.revoke}
 * @param reason as the caller gave it; empty if there is none
 * @param at epoch milliseconds
 */
public record Audit(Caller caller, String action, String reason, long at) {}
