package dev.latchkey.control.rules;

/**
 * Which page of a list is asked for, as it was sent.
 *
 * @param size 0 means the default
 * @param token of the page before; empty for the first
 */
public record PageRequest(int size, String token) {}
