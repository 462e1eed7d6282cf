package dev.latchkey.decision;

import dev.latchkey.key.Environment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration that an Envoy route carries for Latchkey, in
 * {@code ExtAuthzPerRoute.check_settings.context_extensions}. Clients cannot set it.
 *
 * @param sound false if the route has a {@code latchkey.} extension with an unknown name or an invalid environment;
 *     every request is then denied
 * @param environment the environment that the route serves, or null if the route does not specify one
 * @param policy the name of the policy for the route, or null for the standard policy
 */
public record RouteConfig(
        boolean sound,
        @Nullable Environment environment,
        @Nullable String policy) {
    private static final String PREFIX = "latchkey.";
    private static final String ENVIRONMENT = PREFIX + "environment";
    private static final String POLICY = PREFIX + "policy";

    /** The configuration of a route without Latchkey extensions. */
    public static final RouteConfig NONE = new RouteConfig(true, null, null);

    private static final RouteConfig UNSOUND = new RouteConfig(false, null, null);

    /**
     * Reads {@code contextExtensions}. Keys that do not start with {@code latchkey.} are not for
     * Latchkey and are ignored.
     */
    public static RouteConfig of(Map<String, String> contextExtensions) {
        if (contextExtensions.isEmpty()) {
            return NONE;
        }
        Environment environment = null;
        String policy = null;
        for (Map.Entry<String, String> extension : contextExtensions.entrySet()) {
            String key = extension.getKey();
            if (key.equals(ENVIRONMENT)) {
                environment = Environment.of(extension.getValue());
                if (environment == null) {
                    return UNSOUND;
                }
            } else if (key.equals(POLICY)) {
                policy = extension.getValue();
            } else if (key.startsWith(PREFIX)) {
                return UNSOUND;
            }
        }
        return new RouteConfig(true, environment, policy);
    }
}
