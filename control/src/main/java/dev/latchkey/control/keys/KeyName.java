package dev.latchkey.control.keys;

/**
 * Which key is meant, as it was sent.
 *
 * @param workspace {@code -} for whichever it is
 */
public record KeyName(String workspace, String id) {}
