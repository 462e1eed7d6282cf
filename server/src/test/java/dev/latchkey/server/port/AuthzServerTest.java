package dev.latchkey.server.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.Peppers;
import dev.latchkey.policy.Policy;
import dev.latchkey.server.authz.AuthorizationService;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.EventLoopGroup;
import io.netty.util.HashedWheelTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthzServerTest {

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {60 << 10, 1 << 20, 8 << 20})
    void check_headersAsLargeAsEnvoyCanTake_isAnsweredAndNoErrorOfTheCall(int bytes) throws Exception {
        CheckRequest.Builder request = request().toBuilder();
        request.getAttributesBuilder().getRequestBuilder().getHttpBuilder().putHeaders("x-large", "a".repeat(bytes));

        try (Asked asked = new Asked()) {
            assertThat(asked.check(request.build()).getStatus().getCode()).isEqualTo(16);
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {9000, 30_000, 1 << 20, 30 << 20})
    void check_metadataAsLargeAsATracerOfEnvoyMakesIt_isAnsweredAndNoErrorOfTheCall(int bytes) throws Exception {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER), "a=" + "b".repeat(bytes));

        try (Asked asked = new Asked()) {
            AuthorizationGrpc.AuthorizationBlockingStub stub = AuthorizationGrpc.newBlockingStub(asked.channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));

            assertThat(stub.check(request()).getStatus().getCode()).isEqualTo(16);
        }
    }

    /** A few kilobytes that become 64 MiB. */
    @Test
    void check_messageThatInflatesBeyondTheBound_isDeniedAndNoErrorOfTheCall() throws Exception {
        CheckRequest.Builder request = request().toBuilder();
        request.getAttributesBuilder().getRequestBuilder().getHttpBuilder().putHeaders("x-large", "a".repeat(32 << 20));

        try (Asked asked = new Asked()) {
            CheckResponse response = AuthorizationGrpc.newBlockingStub(asked.channel)
                    .withCompression("gzip")
                    .check(request.build());

            assertThat(response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue())
                    .isEqualTo("internal");
            assertThat(asked.check(request()).getStatus().getCode()).isEqualTo(16);
        }
    }

    @Test
    void check_recordAtHand_isDecidedAndAnsweredOnTheEventLoop() throws Exception {
        try (Asked asked = new Asked()) {
            for (int i = 0; i < 20; i++) {
                assertThat(asked.check(request()).getStatus().getCode()).isEqualTo(16);
            }

            assertThat(asked.threads).isNotEmpty().allMatch(name -> name.startsWith("test-loop-"));
        }
    }

    /** A server over an empty index, and a channel to it. */
    private static final class Asked implements AutoCloseable {
        private final Set<String> threads = ConcurrentHashMap.newKeySet();
        private final HashedWheelTimer timer = new HashedWheelTimer();
        private final EventLoopGroup loops = Transport.loops(1, "test-loop");
        private final AuthzServer server;
        private final ManagedChannel channel;

        Asked() throws IOException {
            AuthorizationService service = new AuthorizationService(
                    new KeyFormat("opt", true),
                    new Decider(
                            new Policies(
                                    Policy.parse("{scopes: {a: A}, routes: [{match: GET /a, scope: a}]}", "p"),
                                    Map.of()),
                            Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
                            new InMemoryKeyIndex(),
                            () -> 0),
                    new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey"),
                    (decision, nanos) -> threads.add(Thread.currentThread().getName()),
                    timer,
                    Duration.ofSeconds(10));
            server = new AuthzServer(loops, new ListenAddress.Tcp("127.0.0.1", 0), /* sharePort= */ false, service);
            channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                    .usePlaintext()
                    .build();
        }

        CheckResponse check(CheckRequest request) {
            return AuthorizationGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .check(request);
        }

        @Override
        public void close() {
            channel.shutdownNow();
            server.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            timer.stop();
        }
    }

    private static CheckRequest request() {
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder()
                                .setHttp(AttributeContext.HttpRequest.newBuilder()
                                        .setMethod("GET")
                                        .setPath("/a")
                                        .putHeaders("authorization", "Bearer opt_live_abc123def456ghi789"))))
                .build();
    }
}
