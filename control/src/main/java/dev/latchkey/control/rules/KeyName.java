package dev.latchkey.control.rules;

/**
 * Which key is meant, as it was sent.
 *
 * @param workspace {@code -} for whichever it is
 */
public record KeyName(String workspace, String id) {
    /** In place of a workspace's id: whichever it is. */
    public static final String ANY_WORKSPACE = "-";
}
