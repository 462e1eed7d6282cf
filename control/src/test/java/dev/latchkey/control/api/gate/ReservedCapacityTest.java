package dev.latchkey.control.api.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.AdminToken;
import dev.latchkey.config.Settings;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.control.access.LiveTokens;
import dev.latchkey.control.api.ControlServer;
import dev.latchkey.control.console.Console;
import dev.latchkey.ops.OpsPages;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.RevokeKeyResponse;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real server whose heavy calls do not end: those that take access away are answered all the same. */
class ReservedCapacityTest {
    private static final int TOKENS = 8;
    private static final int CALLS_OF_A_TOKEN = 40;
    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger lists = new AtomicInteger();
    private final AtomicInteger blockedRevokes = new AtomicInteger();
    private ControlServer server;
    private ManagedChannel channel;

    /** Lists, and revokes whose reason says so, wait for the end of the test. */
    private final class Keys extends KeyServiceGrpc.KeyServiceImplBase {
        @Override
        public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> call) {
            lists.incrementAndGet();
            awaitEnd();
            call.onNext(ListKeysResponse.getDefaultInstance());
            call.onCompleted();
        }

        @Override
        public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> call) {
            if (!request.getReason().isEmpty()) {
                blockedRevokes.incrementAndGet();
                awaitEnd();
            }
            call.onNext(RevokeKeyResponse.getDefaultInstance());
            call.onCompleted();
        }

        private void awaitEnd() {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List<AdminToken> tokens = Stream.iterate(0, i -> i + 1)
                .limit(TOKENS)
                .flatMap(i -> Stream.of(
                        token("reader" + i, AdminToken.Role.READER), token("manager" + i, AdminToken.Role.MANAGER)))
                .toList();
        List<AdminToken> all = Stream.concat(
                        tokens.stream(),
                        Stream.of(new AdminToken(
                                "operator",
                                AdminToken.Role.OPERATOR,
                                "",
                                AdminToken.hash("operator").substring("sha256:".length()))))
                .toList();
        ListenAddress.Tcp none = new ListenAddress.Tcp("127.0.0.1", 0);
        Settings.Control control = new Settings.Control(none, none, Optional.empty(), all, Optional.empty());
        server = new ControlServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                new AdminAuth(new LiveTokens(control, System::nanoTime), metrics),
                List.of(new Keys()),
                new Console(),
                new OpsPages(metrics::scrape, Optional::empty, List::of, List::of),
                new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey"),
                metrics);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        end.countDown();
        channel.shutdownNow();
        server.close();
    }

    @Test
    void revoke_allPlacesOfCommonCallsAreTaken_isAnsweredToManagersAndOperators() {
        List<Future<ListKeysResponse>> calls = Stream.iterate(0, i -> i + 1)
                .limit(TOKENS)
                .flatMap(i -> Stream.generate(() -> list("reader" + i)).limit(CALLS_OF_A_TOKEN))
                .toList();
        Awaitility.await().until(() -> lists.get() + count(calls) == calls.size());

        assertThat(lists.get()).isEqualTo(CallClass.COMMON.most());
        assertThatCode(() -> revoke("manager0", "")).doesNotThrowAnyException();
        assertThatCode(() -> revoke("operator", "")).doesNotThrowAnyException();
    }

    @Test
    void revoke_allPlacesOfManagersAndAllOfOperatorsListsAreTaken_isAnsweredToOperators() {
        List<Future<?>> calls = Stream.iterate(0, i -> i + 1)
                .limit(TOKENS)
                .flatMap(i -> Stream.<Future<?>>generate(() -> revokeLater("manager" + i))
                        .limit(CALLS_OF_A_TOKEN))
                .toList();
        List<Future<ListKeysResponse>> own = Stream.generate(() -> list("operator"))
                .limit(3 * CALLS_OF_A_TOKEN)
                .toList();
        Awaitility.await()
                .until(() ->
                        blockedRevokes.get() + count(calls) == calls.size() && lists.get() + count(own) == own.size());

        assertThat(blockedRevokes.get()).isEqualTo(CallClass.NARROWING.most());
        assertThatCode(() -> revoke("operator", "")).doesNotThrowAnyException();
    }

    @Test
    void callsOfOneToken_moreThanItsShare_leaveRoomForOthers() {
        List<Future<ListKeysResponse>> calls =
                Stream.generate(() -> list("reader0")).limit(CALLS_OF_A_TOKEN).toList();
        Awaitility.await().until(() -> lists.get() + count(calls) == calls.size());
        assertThat(lists.get()).isEqualTo(CallClass.COMMON.mostPerToken()).isLessThan(CallClass.COMMON.most());

        var other = list("reader1");
        Awaitility.await().until(() -> lists.get() == CallClass.COMMON.mostPerToken() + 1);
        end.countDown();
        assertThatCode(other::get).doesNotThrowAnyException();
        assertThatCode(() -> list("reader0").get()).doesNotThrowAnyException();
    }

    @Test
    void narrowing_methods_areThoseOfTheServices() {
        List<String> narrowing = Stream.of(
                        KeyServiceGrpc.getServiceDescriptor(), WorkspaceServiceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> CallClass.of(method, AdminToken.Role.OPERATOR) == CallClass.OPERATOR_NARROWING)
                .map(MethodDescriptor::getBareMethodName)
                .toList();

        assertThat(narrowing)
                .containsExactlyInAnyOrder(
                        "RevokeKey", "RevokeLeakedKey", "RevokeAllKeys", "UpdateKey", "DeactivateWorkspace");
    }

    private static AdminToken token(String name, AdminToken.Role role) {
        return new AdminToken(name, role, "ws_1", AdminToken.hash(name).substring("sha256:".length()));
    }

    private Future<ListKeysResponse> list(String token) {
        return KeyServiceGrpc.newFutureStub(channel)
                .withInterceptors(authorized(token))
                .listKeys(ListKeysRequest.newBuilder().setWorkspace("ws_1").build());
    }

    private Future<RevokeKeyResponse> revokeLater(String token) {
        return KeyServiceGrpc.newFutureStub(channel)
                .withInterceptors(authorized(token))
                .revokeKey(request("wait"));
    }

    private void revoke(String token, String reason) {
        var unused = KeyServiceGrpc.newBlockingStub(channel)
                .withInterceptors(authorized(token))
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .revokeKey(request(reason));
    }

    private static RevokeKeyRequest request(String reason) {
        return RevokeKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setId("key_1")
                .setReason(reason)
                .build();
    }

    private static io.grpc.ClientInterceptor authorized(String token) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    /** Returns how many were refused. */
    private static int count(List<? extends Future<?>> calls) {
        return (int) calls.stream().filter(ReservedCapacityTest::isRefused).count();
    }

    private static boolean isRefused(Future<?> call) {
        if (!call.isDone()) {
            return false;
        }
        try {
            call.get();
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException e) {
            return Status.fromThrowable(e.getCause()).getCode() == Status.Code.UNAVAILABLE;
        }
    }
}
