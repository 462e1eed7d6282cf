package dev.latchkey.control.ledger;

/**
 * Who makes a change, and why; becomes one entry of the workspace's audit trail, in the same step as the change.
 *
 * @param actor the name of an admin token, or {@link #SELF}
 * @param action such as {@code key.revoke}
 * @param reason as the caller gave it; empty if there is none
 * @param at epoch milliseconds
 */
public record Audit(String actor, String action, String reason, long at) {
    /** The actor where nobody called. */
    public static final String SELF = "latchkey";
}
