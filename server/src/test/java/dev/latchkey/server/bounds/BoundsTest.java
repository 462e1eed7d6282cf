package dev.latchkey.server.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Over a real port, with the health service in the place of the checks: SERVING is its answer, NOT_SERVING the denial.
 */
class BoundsTest {
    private static final int STREAMS = 10;
    private static final int CONNECTIONS = 4;
    private static final int PATIENCE_SECONDS = 30;

    private final ConnectionLimit limit =
            new ConnectionLimit(CONNECTIONS, STREAMS * LoopBudget.STREAM_BYTES, Duration.ZERO);
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final HealthStatusManager health = new HealthStatusManager();
    private Server server;
    private ManagedChannel channel;
    /** Of a peer that begins calls and does not end them. */
    private ManagedChannel abusive;

    @BeforeEach
    void start() throws Exception {
        health.setStatus("", ServingStatus.SERVING);
        HealthCheckResponse denial = HealthCheckResponse.newBuilder()
                .setStatus(ServingStatus.NOT_SERVING)
                .build();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelFactory(() -> {
                    NioServerSocketChannel port = new NioServerSocketChannel();
                    port.pipeline().addLast(limit);
                    return port;
                })
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .intercept(new CallBounds(HealthGrpc.getCheckMethod().getFullMethodName(), () -> denial))
                .addService(health.getHealthService())
                .build()
                .start();
        channel = connect();
        abusive = connect();
        // Calls that begin before there is a connection do not begin in their order.
        HalfOpen first = new HalfOpen();
        first.finish();
        assertThat(first.answer()).isEqualTo("OK SERVING");
    }

    private ManagedChannel connect() {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        abusive.shutdownNow();
        server.shutdownNow();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void halfOpenCalls_beyondTheBudget_areDeniedOldestFirstByNormalAnswers() throws Exception {
        List<HalfOpen> calls = new ArrayList<>();
        for (int i = 0; i < 3 * STREAMS; i++) {
            calls.add(new HalfOpen());
            if (i >= STREAMS) {
                assertThat(calls.get(i - STREAMS).answer()).isEqualTo("OK NOT_SERVING");
            }
        }

        HalfOpen newest = calls.get(calls.size() - 1);
        assertThat(newest.done).isNotDone();
        newest.finish();
        assertThat(newest.answer()).isEqualTo("OK SERVING");
    }

    @Test
    void halfOpenCalls_asManyAsTheBudgetHolds_areLeftAlone() throws Exception {
        List<HalfOpen> calls = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            calls.add(new HalfOpen());
        }

        assertThat(check()).isEqualTo(ServingStatus.SERVING);
        calls.get(STREAMS - 1).finish();
        assertThat(calls.get(STREAMS - 1).answer()).isEqualTo("OK SERVING");
    }

    @Test
    void goodCalls_besideHalfOpenOnes_areAnswered() throws Exception {
        List<HalfOpen> calls = new ArrayList<>();
        for (int i = 0; i < 50 * STREAMS; i++) {
            calls.add(new HalfOpen());
            if (i >= STREAMS) {
                // Those before have arrived, so that none comes between the head of a good call and its message.
                assertThat(calls.get(i - STREAMS).answer()).isNotEqualTo("OK SERVING");
                assertThat(check()).isEqualTo(ServingStatus.SERVING);
            }
        }
    }

    @Test
    void connections_oneTooMany_takesThePlaceOfTheLongestIdle() throws IOException {
        assertThat(check()).isEqualTo(ServingStatus.SERVING);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), server.getPort()));
                assertThat(check()).isEqualTo(ServingStatus.SERVING);
                Awaitility.await().until(() -> limit.connections() <= CONNECTIONS);
            }

            assertThat(closed(silent.get(0))).isTrue();
            assertThat(check()).isEqualTo(ServingStatus.SERVING);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static boolean closed(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_SECONDS * 1000);
        try {
            // The SETTINGS of the server, then the end.
            while (socket.getInputStream().read() >= 0) {
                // On.
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private ServingStatus check() {
        return HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    /** A call that has begun, and whose message comes only when it is told. */
    private final class HalfOpen extends ClientCall.Listener<HealthCheckResponse> {
        private final CompletableFuture<String> done = new CompletableFuture<>();
        private final ClientCall<HealthCheckRequest, HealthCheckResponse> call;
        private String answer = "";

        HalfOpen() {
            MethodDescriptor<HealthCheckRequest, HealthCheckResponse> method = HealthGrpc.getCheckMethod().toBuilder()
                    // Else the client waits for the message.
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .build();
            call = abusive.newCall(method, CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(2);
        }

        void finish() {
            call.sendMessage(HealthCheckRequest.getDefaultInstance());
            call.halfClose();
        }

        String answer() throws Exception {
            return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void onMessage(HealthCheckResponse message) {
            answer = message.getStatus().toString();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            done.complete(status.getCode() + " " + answer);
        }
    }
}
