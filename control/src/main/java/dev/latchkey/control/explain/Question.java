package dev.latchkey.control.explain;

import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.Credential;
import dev.latchkey.policy.path.CanonicalPath;

/**
 * A request to explain, as Envoy would send it to a sidecar.
 *
 * @param path the path and query as Envoy sends them, after Envoy's own normalisation
 * @param authority the host of the request; empty for none
 */
public record Question(
        String method, String path, String authority, RouteConfig route, Credential credential, boolean preflight) {

    AccessRequest request() {
        return new AccessRequest(route, authority, method, CanonicalPath.parse(path), credential, preflight);
    }
}
