package dev.latchkey.server.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmUpConnectionTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final CheckRequest CHECK;

    static {
        CheckRequest.Builder check = CheckRequest.newBuilder();
        check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setPath("/a");
        CHECK = check.build();
    }

    private final Queue<CheckRequest> asked = new ConcurrentLinkedQueue<>();
    private Server server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 500})
    void ask_isAnswered_andEachCheckArrivesAsItIs(int burst) throws IOException {
        start(new Allowing());

        try (WarmUpConnection connection = new WarmUpConnection(server.getPort(), LONG)) {
            connection.ask(Collections.nCopies(burst, CHECK.toByteArray()));
            connection.ask(Collections.nCopies(burst, CHECK.toByteArray()));
        }

        assertThat(asked).hasSize(2 * burst).containsOnly(CHECK);
    }

    @Test
    void ask_answeredWithAnError_fails() throws IOException {
        start(new HealthStatusManager().getHealthService()); // knows no check

        try (WarmUpConnection connection = new WarmUpConnection(server.getPort(), LONG)) {
            assertThatThrownBy(() -> connection.ask(List.of(CHECK.toByteArray())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1 of 1 checks were not answered");
        }
    }

    @Test
    void ask_ofAServerThatIsSilent_endsInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                WarmUpConnection connection = new WarmUpConnection(silent.getLocalPort(), Duration.ofMillis(50))) {
            assertThatThrownBy(() -> connection.ask(List.of(CHECK.toByteArray())))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void ask_ofAServerThatSaysGoAway_fails() throws IOException {
        start(new Allowing());

        try (WarmUpConnection connection = new WarmUpConnection(server.getPort(), LONG)) {
            connection.ask(List.of(CHECK.toByteArray()));
            server.shutdown(); // which says so on a thread of its own

            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            connection.ask(List.of(CHECK.toByteArray()));
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("frame type 7");
        }
    }

    private void start(BindableService service) throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .build()
                .start();
    }

    /** Only what comes with Envoy's deadline. */
    private final class Allowing extends AuthorizationGrpc.AuthorizationImplBase {
        @Override
        public void check(CheckRequest request, StreamObserver<CheckResponse> answer) {
            if (Context.current().getDeadline() != null) {
                asked.add(request);
            }
            answer.onNext(CheckResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }
}
