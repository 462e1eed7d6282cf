package dev.latchkey.control.rules;

/**
 * A reference to a key, as received.
 *
 * @param workspace the id of the workspace; {@code -} for any workspace
 */
public record KeyName(String workspace, String id) {
    /** The placeholder for any workspace. */
    public static final String ANY_WORKSPACE = "-";
}
