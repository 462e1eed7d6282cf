package dev.latchkey.answer;

/**
 * One header line.
 *
 * @param name in lower case
 * @param value visible ASCII and spaces
 */
public record HttpHeader(String name, String value) {}
