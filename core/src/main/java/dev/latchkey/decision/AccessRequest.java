package dev.latchkey.decision;

import dev.latchkey.key.Credential;
import dev.latchkey.policy.path.CanonicalPath;
import org.jspecify.annotations.Nullable;

/**
 * The question: may this request pass?
 *
 * @param routeConfig what the Envoy route says of itself
 * @param authority the {@code Host} or {@code :authority} as sent, perhaps with a port
 * @param method the method as sent
 * @param path the path, or null if it is not in canonical form
 * @param credential what the {@code Authorization} header holds
 * @param preflight whether this has the form of a CORS preflight: OPTIONS with Origin and Access-Control-Request-Method
 */
public record AccessRequest(
        RouteConfig routeConfig,
        String authority,
        String method,
        @Nullable CanonicalPath path,
        Credential credential,
        boolean preflight) {}
