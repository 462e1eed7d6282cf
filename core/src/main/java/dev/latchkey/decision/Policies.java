package dev.latchkey.decision;

import dev.latchkey.policy.Policy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The loaded policies.
 *
 * @param standard for routes that name none
 * @param named by the name that a route gives in {@code latchkey.policy}
 */
public record Policies(Policy standard, Map<String, Policy> named) {
    public Policies {
        named = Map.copyOf(named);
    }

    /** Returns the policy called {@code name} (null: the standard one), or null if there is none. */
    @Nullable
    Policy find(@Nullable String name) {
        return name == null ? standard : named.get(name);
    }
}
