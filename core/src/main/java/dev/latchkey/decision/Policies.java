package dev.latchkey.decision;

import dev.latchkey.policy.Policy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The loaded policies.
 *
 * @param standard the policy for routes that name none
 * @param named the named policies, by the name that a route gives in {@code latchkey.policy}
 */
public record Policies(Policy standard, Map<String, Policy> named) {
    public Policies {
        named = Map.copyOf(named);
    }

    /**
     * Returns the named policy, or the standard policy if {@code name} is null. Returns null if there
     * is no such policy.
     */
    @Nullable
    Policy find(@Nullable String name) {
        return name == null ? standard : named.get(name);
    }
}
