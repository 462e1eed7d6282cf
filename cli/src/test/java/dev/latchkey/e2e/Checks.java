package dev.latchkey.e2e;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;

/** Envoy's question about a request, for tests that ask a sidecar without one. */
final class Checks {
    private Checks() {}

    /** Returns the question about {@code GET /v1/cases} with {@code key}. */
    static CheckRequest withKey(String key) {
        return of(request(key));
    }

    /** Returns the request itself, to add to. */
    static AttributeContext.HttpRequest.Builder request(String key) {
        return AttributeContext.HttpRequest.newBuilder()
                .setMethod("GET")
                .setPath("/v1/cases")
                .setHost("api.example.com")
                .putHeaders("authorization", "Bearer " + key);
    }

    static CheckRequest of(AttributeContext.HttpRequest.Builder request) {
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(request)))
                .build();
    }
}
