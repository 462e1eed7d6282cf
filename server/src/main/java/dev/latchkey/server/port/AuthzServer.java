package dev.latchkey.server.port;

import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.server.authz.AuthorizationService;
import dev.latchkey.server.bounds.CallBounds;
import dev.latchkey.server.bounds.ConnectionLimit;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/**
 * The gRPC server that Envoy calls for checks; it also serves {@code grpc.health.v1}. Checks run on
 * the event loops themselves.
 */
public final class AuthzServer implements AutoCloseable {
    private static final int MAX_CALLS_PER_CONNECTION = 4096;

    /**
     * Above the 8 MiB of headers that Envoy can be configured to accept, which a check can contain twice. A
     * message that is refused for its size fails the call, and Envoy can be configured to let requests pass
     * when the call fails.
     */
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    /**
     * Above the metadata that Envoy's tracers make of 8 MiB of headers, for the same reason: OpenTelemetry copies the
     * headers into the metadata of the check, Datadog copies them twice, and SkyWalking copies them in Base64.
     */
    private static final int MAX_METADATA_BYTES = 32 << 20;

    private static final int MIN_READ = 2048;
    private static final int MAX_READ = 16 << 10;

    /** How long a call may be unfinished when memory runs short. Envoy sends a check in one go. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int FLOW_CONTROL_WINDOW = 1 << 20;

    /**
     * More than many Envoys with many workers need: each worker has one connection, and another for
     * each 4096 concurrent checks.
     */
    private static final int MAX_CONNECTIONS = 2048;

    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    /**
     * @param loops the event loops that accept and read connections and run checks; the caller shuts them
     *     down after this server
     * @param sharePort whether other servers can listen on the same TCP port; the system then spreads
     *     new connections over them
     * @throws IOException if the address cannot be bound
     */
    public AuthzServer(EventLoopGroup loops, ListenAddress listen, boolean sharePort, AuthorizationService service)
            throws IOException {
        Transport transport = Transport.of(listen, sharePort);
        setServing(false);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(transport.address());
        if (transport.shared()) {
            builder.withOption(UnixChannelOption.SO_REUSEPORT, true);
        }
        ConnectionLimit connections = new ConnectionLimit(MAX_CONNECTIONS, bytesPerLoop(loops), PATIENCE);
        ChannelFactory<? extends ServerChannel> channels = new ReflectiveChannelFactory<>(transport.channel());
        server = builder.channelFactory(() -> {
                    ServerChannel channel = channels.newChannel();
                    channel.pipeline().addLast("connections", connections);
                    return channel;
                })
                .withChildOption(ChannelOption.ALLOCATOR, GrowingBuffers.INSTANCE)
                // Read a little, then serve the next connection: otherwise a connection that floods the loop holds it
                // for up to 1 MiB.
                .withChildOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(MIN_READ, MIN_READ, MAX_READ).maxMessagesPerRead(1))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                // A fixed size: to find the best size, gRPC would send a PING with nearly every read.
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                // No limit on RST_STREAM frames: Envoy resets a stream for each client that disconnects, and exceeding
                // a limit would fail all other checks of the connection.
                .maxRstFramesPerWindow(Integer.MAX_VALUE, /* secondsPerWindow= */ 1)
                // Envoy's connection_keepalive pings every few seconds, also without calls. By default, gRPC treats
                // such pings as abuse.
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(new CallBounds(AuthorizationGrpc.getCheckMethod().getFullMethodName(), service::overloaded))
                .addService(service)
                .addService(health.getHealthService())
                .build();
        server.start();
    }

    /**
     * Returns the share of one loop in an eighth of the heap. Calls that are about to end may use four times as much.
     */
    private static long bytesPerLoop(EventLoopGroup loops) {
        long count =
                StreamSupport.stream(loops.spliterator(), /* parallel= */ false).count();
        return Runtime.getRuntime().maxMemory() / 8 / count;
    }

    /** Returns the TCP port, or -1 on a Unix socket. */
    public int port() {
        return server.getPort();
    }

    /** Sets the status that health checks report: serving or not. */
    public void setServing(boolean serving) {
        ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(AuthorizationGrpc.SERVICE_NAME, status);
    }

    /** Sends GOAWAY, and waits up to {@code timeout} for the checks in flight. */
    public void drain(Duration timeout) throws InterruptedException {
        server.shutdown().awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Closes the server, and waits up to a second for the port to be closed. The wait matters because Netty then
     * removes the file of a Unix socket, whichever process created it.
     */
    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
