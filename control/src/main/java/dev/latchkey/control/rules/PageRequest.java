package dev.latchkey.control.rules;

/**
 * A requested page of a list, as received.
 *
 * @param size the maximum number of items; 0 for the default
 * @param token the {@code nextToken} of the previous page; empty for the first page
 */
public record PageRequest(int size, String token) {}
