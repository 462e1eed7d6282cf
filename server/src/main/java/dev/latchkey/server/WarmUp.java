package dev.latchkey.server;

import com.google.protobuf.ByteString;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.ListenAddress;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.server.authz.AuthorizationService;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.netty.util.Timer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Walks the way of a request before the first real one does: the first check in a fresh JVM takes longer than Envoy waits.
 * Everything is made up, key, pepper, policy and index, and served on a port of its own: nothing of it reaches Redis, a log or
 * a metric.
 */
final class WarmUp {
    private static final int ROUNDS = 100;
    private static final Duration BOUND = Duration.ofSeconds(3);

    private final PresentedKey known = key();
    private final PresentedKey unknown = key();
    private final Peppers peppers = Peppers.parse(Peppers.generate(1, new SecureRandom()));

    /** Blocks until it is done, for some seconds at most. */
    void run(AnswerStyle style, Timer timer) throws IOException {
        Policy policy = Policy.parse("""
                scopes: {a: A, b: B}
                routes:
                  - {match: GET /a, scope: a}
                  - {match: GET /b, scope: b}
                  - {match: GET /public, public: true}
                """, "warm-up");
        AuthorizationService service = new AuthorizationService(
                new KeyFormat("warm", false),
                new Decider(new Policies(policy, Map.of()), peppers, index(), System::currentTimeMillis),
                style,
                (decision, nanos) -> {},
                timer,
                BOUND);
        try (AuthzServer server =
                new AuthzServer(new ListenAddress.Tcp("127.0.0.1", 0), /* sharePort= */ false, service)) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                    .directExecutor()
                    .usePlaintext()
                    .build();
            try {
                ask(AuthorizationGrpc.newBlockingStub(channel));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private void ask(AuthorizationGrpc.AuthorizationBlockingStub stub) {
        List<CheckRequest> requests = List.of(
                request("/a", known),
                raw(request("/a", known)),
                request("/a", unknown),
                request("/b", known),
                request("/public", known),
                request("/none", known),
                request("/a;", known));
        long end = System.nanoTime() + BOUND.toNanos();
        for (int i = 0; i < ROUNDS && System.nanoTime() - end < 0; i++) {
            for (CheckRequest request : requests) {
                var unused = stub.withDeadlineAfter(BOUND.toMillis(), TimeUnit.MILLISECONDS)
                        .check(request);
            }
        }
    }

    private KeyIndex index() {
        KeyDigest digest = peppers.newest(known);
        KeyRecord record =
                new KeyRecord("key", "ws", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        return new KeyIndex() {
            @Override
            public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest asked) {
                return CompletableFuture.completedFuture(asked.equals(digest) ? Optional.of(record) : Optional.empty());
            }

            @Override
            public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
                return CompletableFuture.completedFuture(Optional.of(new WorkspaceRecord(id, true, 1)));
            }
        };
    }

    private static CheckRequest request(String path, PresentedKey key) {
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder()
                                .setHttp(AttributeContext.HttpRequest.newBuilder()
                                        .setMethod("GET")
                                        .setPath(path)
                                        .setHost("warm-up")
                                        .putHeaders(":path", path)
                                        .putHeaders("authorization", "Bearer " + key.reveal())
                                        .putHeaders("x-request-id", "warm-up"))))
                .build();
    }

    /** The same in Envoy's other encoding. */
    private static CheckRequest raw(CheckRequest request) {
        CheckRequest.Builder raw = request.toBuilder();
        AttributeContext.HttpRequest.Builder http =
                raw.getAttributesBuilder().getRequestBuilder().getHttpBuilder();
        HeaderMap.Builder headers = HeaderMap.newBuilder();
        http.getHeadersMap()
                .forEach((name, value) -> headers.addHeaders(
                        HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value))));
        http.clearHeaders().setHeaderMap(headers);
        return raw.build();
    }

    private static PresentedKey key() {
        return new KeyFormat("warm", false).mint(Environment.LIVE, new SecureRandom());
    }
}
