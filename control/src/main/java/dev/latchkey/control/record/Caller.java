package dev.latchkey.control.record;

/**
 * The caller on whose behalf a change is made.
 *
 * @param name the name of an admin token, as the audit trail shows it
 * @param requestId the caller's own id of this call, or empty
 */
public record Caller(String name, String requestId) {
    /** The control plane itself, for changes that no caller asked for. */
    public static final Caller SELF = new Caller("latchkey", "");
}
