package dev.latchkey.policy;

import org.jspecify.annotations.Nullable;

/**
 * A reading of a path under which another rule would decide than under the path as it is written.
 *
 * @param chosen the rule of the path as it is written, which therefore does not decide
 * @param reading how the path is read
 * @param template the template that it then has, as written
 * @param other that template's rule for the method; null if it has none
 */
public record Misreading(
        Route chosen,
        Reading reading,
        String template,
        @Nullable Route other) {

    /** Returns the other rule, or that there is none, for people. */
    public String otherText() {
        return other == null ? template + ", which has no rule for the method" : other.rule();
    }
}
