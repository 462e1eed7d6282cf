package dev.latchkey.control.rules;

/**
 * One field of a request that is wrong.
 *
 * @param field its name, an element with its index: {@code scopes[1]}
 * @param value what was sent, fit to be shown: quoted, shortened, without control characters, and without a key
 * @param expected what would be right
 */
public record Violation(String field, String value, String expected) {

    /** Returns what to tell people: {@code value: -3 (expected: 1 to 1000)}. */
    public String description() {
        return "value: " + value + " (expected: " + expected + ")";
    }
}
