package dev.latchkey.control.explain;

import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.Credential;
import dev.latchkey.policy.path.CanonicalPath;

/**
 * A request to explain, as Envoy would ask about it.
 *
 * @param path path and query, as Envoy sends them on: after its own normalisation
 * @param authority empty for none
 */
public record Question(
        String method, String path, String authority, RouteConfig route, Credential credential, boolean preflight) {

    AccessRequest request() {
        return new AccessRequest(route, authority, method, CanonicalPath.parse(path), credential, preflight);
    }
}
