package dev.latchkey.answer;

/**
 * A header line.
 *
 * @param name the name in lower case
 * @param value the value: visible ASCII and spaces
 */
public record HttpHeader(String name, String value) {}
