package dev.latchkey.decision;

import dev.latchkey.key.Environment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the Envoy route says of itself ({@code ExtAuthzPerRoute.check_settings.context_extensions}); a client cannot set it.
 *
 * @param sound false if the route says something in our name that we do not understand: then nothing is allowed
 * @param environment the environment that the route serves, or null if it does not say
 * @param policy the name of the policy that the route wants, or null for the default one
 */
public record RouteConfig(
        boolean sound,
        @Nullable Environment environment,
        @Nullable String policy) {
    private static final String PREFIX = "latchkey.";
    private static final String ENVIRONMENT = PREFIX + "environment";
    private static final String POLICY = PREFIX + "policy";

    /** A route that says nothing. */
    public static final RouteConfig NONE = new RouteConfig(true, null, null);

    private static final RouteConfig UNSOUND = new RouteConfig(false, null, null);

    /** Reads {@code contextExtensions}; keys that do not start with {@code latchkey.} are other people's. */
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
