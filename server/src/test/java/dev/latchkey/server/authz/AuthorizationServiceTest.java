package dev.latchkey.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.decision.Reason;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.util.HashedWheelTimer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The service behind a real gRPC server and channel, over an index that answers when the test says so. */
class AuthorizationServiceTest {
    /** A quarter of it is enough for the answer, also on a busy machine. */
    private static final Duration DEADLINE = Duration.ofSeconds(8);

    private static final Policy POLICY =
            Policy.parse("{scopes: {a: A}, routes: [{match: GET /v1/cases, scope: a}]}", "policy.yaml");

    private static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

    private final ManualIndex index = new ManualIndex();
    private final HashedWheelTimer timer = new HashedWheelTimer(5, TimeUnit.MILLISECONDS);
    private final List<Decision> decided = new CopyOnWriteArrayList<>();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        start(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        stopServer();
        timer.stop();
    }

    @Test
    void check_indexAnswers_isAnsweredOnce() {
        CompletableFuture<CheckResponse> answer = ask(Duration.ofSeconds(20));
        index.next().complete(Optional.empty());

        assertThat(answer.join().getDeniedResponse().getStatus().getCodeValue()).isEqualTo(401);
        assertThat(decided).extracting(Decision::reason).containsExactly(Reason.UNKNOWN_KEY);
    }

    @Test
    void check_indexSilentUntilTheDeadline_isDeniedBeforeIt() {
        CheckResponse answer = ask(DEADLINE).join();

        assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        assertThat(answer.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue())
                .isEqualTo("store_timeout");
    }

    @Test
    void check_noDeadlineFromEnvoy_endsAtTheOwnTimeout() throws IOException {
        stopServer();
        start(Duration.ofMillis(50));

        CheckResponse answer = ask(null).join();

        assertThat(answer.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue())
                .isEqualTo("store_timeout");
    }

    @Test
    void check_recordArrivesAfterTheAnswer_changesNothing() {
        CheckResponse answer = ask(DEADLINE).join();
        index.next().complete(Optional.empty());

        assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        assertThat(decided).extracting(Decision::reason).containsExactly(Reason.STORE_TIMEOUT);
    }

    @Test
    void check_cancelledByEnvoy_getsNoAnswerAndLeavesNoTimer() {
        var call = AuthorizationGrpc.newFutureStub(channel).check(request());
        CompletableFuture<Optional<KeyRecord>> read = index.next();
        Awaitility.await().until(() -> timer.pendingTimeouts() == 1);

        call.cancel(true);

        Awaitility.await().until(() -> timer.pendingTimeouts() == 0);
        read.complete(Optional.empty());
        assertThat(decided).isEmpty();
    }

    @Test
    void check_indexThrows_isA503() {
        index.broken = true;

        CheckResponse answer = ask(Duration.ofSeconds(20)).join();

        assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        assertThat(decided).extracting(Decision::reason).containsExactly(Reason.INTERNAL);
    }

    @Test
    void checks_manyWithAFault_areLoggedWithOneTrace() {
        index.broken = true;
        ListAppender<ILoggingEvent> shown = new ListAppender<>();
        shown.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Decider.class);
        logger.addAppender(shown);
        try {
            for (int i = 0; i < 100; i++) {
                ask(Duration.ofSeconds(20)).join();
            }
        } finally {
            logger.detachAppender(shown);
        }

        assertThat(decided).hasSize(100).extracting(Decision::reason).containsOnly(Reason.INTERNAL);
        assertThat(shown.list)
                .filteredOn(event -> event.getThrowableProxy() != null)
                .hasSize(1);
    }

    @Test
    void check_undecodableMessage_isDeniedAndNoErrorOfTheCall() {
        byte[] garbage = {0x0a, (byte) 0xff, (byte) 0xff, 0x01, 0x02};
        byte[] notUtf8 = {0x0a, 0x06, 0x22, 0x04, 0x12, 0x02, 0x0a, (byte) 0xe9};

        for (byte[] message : List.of(garbage, notUtf8)) {
            CheckResponse answer = ClientCalls.blockingUnaryCall(
                    channel,
                    AuthorizationGrpc.getCheckMethod().toBuilder(
                                    new BytesMarshaller(),
                                    AuthorizationGrpc.getCheckMethod().getResponseMarshaller())
                            .build(),
                    CallOptions.DEFAULT,
                    message);

            assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        }
        assertThat(decided).extracting(Decision::reason).containsOnly(Reason.INTERNAL);
    }

    @Test
    void check_compressedMessage_isReadLikeAnyOther() {
        CheckResponse answer = AuthorizationGrpc.newBlockingStub(channel)
                .withCompression("gzip")
                .check(CheckRequest.getDefaultInstance());

        assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(400);
        assertThat(decided).extracting(Decision::reason).containsExactly(Reason.PATH_NOT_CANONICAL);
    }

    @Test
    void check_emptyMessage_isDenied() {
        CheckResponse answer = AuthorizationGrpc.newBlockingStub(channel).check(CheckRequest.getDefaultInstance());

        assertThat(answer.getStatus().getCode()).isNotZero();
        assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(400);
    }

    @Test
    void check_timerBroken_isA503AndNoErrorOfTheCall() {
        timer.stop();

        CheckResponse answer = ask(Duration.ofSeconds(20)).join();

        assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        assertThat(decided).extracting(Decision::reason).containsExactly(Reason.INTERNAL);
    }

    @Test
    void check_allowThatComesTooLate_isDenied() throws IOException {
        stopServer();
        InMemoryKeyIndex stored = new InMemoryKeyIndex();
        KeyRecord key = new KeyRecord(
                "key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        stored.put(PEPPERS.newest(presented()), key);
        stored.put(new WorkspaceRecord("ws_1", true, 1));
        start(Duration.ofSeconds(30), stored);
        assertThat(ask(Duration.ofSeconds(20)).join().getStatus().getCode()).isZero();
        stopServer();
        // As if the process had stood still between the look-up and the answer.
        start(Duration.ofNanos(1), stored);

        CheckResponse late = ask(Duration.ofSeconds(20)).join();

        assertThat(late.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        assertThat(decided).extracting(Decision::reason).containsExactly(Reason.OK, Reason.STORE_TIMEOUT);
    }

    private static PresentedKey presented() {
        return ((Credential.Presented) new KeyFormat("opt", true).parse("opt_live_abc123def456ghi789")).key();
    }

    private void stopServer() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private void start(Duration timeout) throws IOException {
        start(timeout, index);
    }

    private void start(Duration timeout, KeyIndex asked) throws IOException {
        AuthorizationService service = new AuthorizationService(
                new KeyFormat("opt", true),
                new Decider(new Policies(POLICY, Map.of()), PEPPERS, asked, () -> 0),
                new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey"),
                (decision, nanos) -> decided.add(decision),
                timer,
                timeout);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(service)
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    private CompletableFuture<CheckResponse> ask(Duration deadline) {
        AuthorizationGrpc.AuthorizationFutureStub stub = AuthorizationGrpc.newFutureStub(channel);
        var call = (deadline == null ? stub : stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS))
                .check(request());
        return CompletableFuture.supplyAsync(() -> {
            try {
                return call.get(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static CheckRequest request() {
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder()
                                .setHttp(AttributeContext.HttpRequest.newBuilder()
                                        .setMethod("GET")
                                        .setPath("/v1/cases")
                                        .setHost("api.example.com")
                                        .putHeaders("authorization", "Bearer opt_live_abc123def456ghi789"))))
                .build();
    }

    private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class ManualIndex implements KeyIndex {
        private final List<CompletableFuture<Optional<KeyRecord>>> asked = new CopyOnWriteArrayList<>();
        private volatile boolean broken;

        CompletableFuture<Optional<KeyRecord>> next() {
            Awaitility.await().until(() -> !asked.isEmpty());
            return asked.get(0);
        }

        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            if (broken) {
                throw new IllegalStateException("a fault that a test made");
            }
            CompletableFuture<Optional<KeyRecord>> read = new CompletableFuture<>();
            asked.add(read);
            return read;
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return new CompletableFuture<>();
        }
    }
}
