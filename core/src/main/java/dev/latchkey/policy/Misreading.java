package dev.latchkey.policy;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Reading} of a path under which a different rule would decide than for the path as written.
 *
 * @param chosen the rule for the path as written, which does not decide because of this misreading
 * @param reading how an upstream might read the path
 * @param template the template that matches under this reading, as written in the policy
 * @param other the rule of {@code template} for the method, or null if the template has no such rule
 */
public record Misreading(
        Route chosen,
        Reading reading,
        String template,
        @Nullable Route other) {

    /** Returns a human-readable name of the other rule, or says that the template has no rule for the method. */
    public String otherText() {
        return other == null ? template + ", which has no rule for the method" : other.rule();
    }
}
