package dev.latchkey.policy;

import org.jspecify.annotations.Nullable;

/**
 * One rule of a policy, for one method and one template.
 *
 * @param rule {@code METHOD template} as it was written
 * @param environment what the rule says of it; null if nothing
 */
public record Route(
        String rule, Requirement requirement, @Nullable RouteEnvironment environment) {

    /** Tells whether no key is needed. */
    public boolean isPublic() {
        return requirement.kind() == Requirement.Kind.PUBLIC;
    }
}
