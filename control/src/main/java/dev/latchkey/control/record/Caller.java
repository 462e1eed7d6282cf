package dev.latchkey.control.record;

/**
 * On whose behalf something is done.
 *
 * @param name of an admin token, as the audit trail shows it
 * @param requestId the caller's own name for this call, or empty
 */
public record Caller(String name, String requestId) {
    /** Where nobody has called. */
    public static final Caller SELF = new Caller("latchkey", "");
}
