package dev.latchkey.e2e;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** Asks a sidecar as Envoy does, without one. */
public final class Checks {
    private Checks() {}

    /** Returns the question about {@code GET /v1/cases} with {@code key}. */
    public static CheckRequest withKey(String key) {
        return of(request(key));
    }

    /** Asks about a request with {@code key}; returns HTTP status, 200 if allowed, and reason. */
    public static String ask(Channel sidecar, String key) {
        CheckResponse response = AuthorizationGrpc.newBlockingStub(sidecar)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(withKey(key));
        int status = response.getStatus().getCode() == 0
                ? 200
                : response.getDeniedResponse().getStatus().getCodeValue();
        return status + " "
                + response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
    }

    public static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    /** Returns the request itself, to add to. */
    public static AttributeContext.HttpRequest.Builder request(String key) {
        return AttributeContext.HttpRequest.newBuilder()
                .setMethod("GET")
                .setPath("/v1/cases")
                .setHost("api.example.com")
                .putHeaders("authorization", "Bearer " + key);
    }

    public static CheckRequest of(AttributeContext.HttpRequest.Builder request) {
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(request)))
                .build();
    }
}
