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
 * The gRPC port that Envoy asks: the checks, and {@code grpc.health.v1}. Checks run on the event loops themselves.
 */
public final class AuthzServer implements AutoCloseable {
    private static final int MAX_CALLS_PER_CONNECTION = 4096;

    /**
     * Above the 8 MiB of headers that Envoy can be told to take, which a check can hold twice: a message that is refused for its size
     * is an error of the call, and Envoy may let errors pass.
     */
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    /**
     * Above what tracers of Envoy make of 8 MiB of headers, for the same reason: OpenTelemetry copies them into the metadata of the
     * check, Datadog does so twice, SkyWalking in Base64.
     */
    private static final int MAX_METADATA_BYTES = 32 << 20;

    private static final int MIN_READ = 2048;
    private static final int MAX_READ = 16 << 10;

    /** Envoy sends a check in one go. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int FLOW_CONTROL_WINDOW = 1 << 20;

    /** Above what many Envoys with many workers need: each worker has one, and another for each 4096 checks at once. */
    private static final int MAX_CONNECTIONS = 2048;

    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    /**
     * @param loops of the caller, who ends them after this: connections are accepted and read, and checks run on them
     * @param sharePort whether other servers may listen on the same TCP port; the system spreads new connections over them
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
                // Little at a time, and then the next connection: else one that floods the loop keeps it for
                // up to 1 MiB.
                .withChildOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(MIN_READ, MIN_READ, MAX_READ).maxMessagesPerRead(1))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                // Of a fixed size: to find the best one, gRPC would send a PING with nearly every read.
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                // No limit of RST_STREAM frames: Envoy resets one stream for each client that goes away, and all
                // other checks of the connection would fail with it.
                .maxRstFramesPerWindow(Integer.MAX_VALUE, /* secondsPerWindow= */ 1)
                // Envoy's connection_keepalive pings every few seconds, also without calls; the default calls
                // that abuse.
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(new CallBounds(AuthorizationGrpc.getCheckMethod().getFullMethodName(), service::overloaded))
                .addService(service)
                .addService(health.getHealthService())
                .build();
        server.start();
    }

    /** An eighth of the heap for all loops, and four times as much for what is about to end. */
    private static long bytesPerLoop(EventLoopGroup loops) {
        long count =
                StreamSupport.stream(loops.spliterator(), /* parallel= */ false).count();
        return Runtime.getRuntime().maxMemory() / 8 / count;
    }

    /** Returns the port, or -1 on a Unix socket. */
    public int port() {
        return server.getPort();
    }

    /** Tells health checks whether to send checks here. */
    public void setServing(boolean serving) {
        ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(AuthorizationGrpc.SERVICE_NAME, status);
    }

    /** Sends GOAWAY and waits for the checks under way, up to {@code timeout}. */
    public void drain(Duration timeout) throws InterruptedException {
        server.shutdown().awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits a moment for the port to be closed: Netty then removes the file of a Unix socket, whoever has made it. */
    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
