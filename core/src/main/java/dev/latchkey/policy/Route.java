package dev.latchkey.policy;

import org.jspecify.annotations.Nullable;

/**
 * A rule of a policy for one method and one path template.
 *
 * @param rule {@code METHOD template} as written in the policy
 * @param environment the environments that the rule accepts, or null if the rule does not say
 */
public record Route(
        String rule, Requirement requirement, @Nullable RouteEnvironment environment) {

    /** Returns whether the rule requires no key. */
    public boolean isPublic() {
        return requirement.kind() == Requirement.Kind.PUBLIC;
    }
}
