package dev.latchkey.control.rules;

/**
 * An invalid field of a request.
 *
 * @param field the name of the field, with an index for an element: {@code scopes[1]}
 * @param value the received value, safe to show: quoted, shortened, and without control characters or keys
 * @param expected the description of a valid value
 */
public record Violation(String field, String value, String expected) {

    /** Returns the message for people: {@code value: -3 (expected: 1 to 1000)}. */
    public String description() {
        return "value: " + value + " (expected: " + expected + ")";
    }
}
