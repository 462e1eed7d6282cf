package dev.latchkey.decision;

import dev.latchkey.key.Credential;
import dev.latchkey.policy.path.CanonicalPath;
import org.jspecify.annotations.Nullable;

/**
 * The facts about one request on which a {@link Decider} bases its decision.
 *
 * @param routeConfig the configuration that the Envoy route carries for Latchkey
 * @param authority the {@code Host} or {@code :authority} as sent, possibly with a port
 * @param method the method as sent
 * @param path the path, or null if it is not in canonical form
 * @param credential the content of the {@code Authorization} header
 * @param preflight whether the request has the form of a CORS preflight: {@code OPTIONS} with the headers
 *     {@code Origin} and {@code Access-Control-Request-Method}
 */
public record AccessRequest(
        RouteConfig routeConfig,
        String authority,
        String method,
        @Nullable CanonicalPath path,
        Credential credential,
        boolean preflight) {}
