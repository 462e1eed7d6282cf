package dev.latchkey.control;

import dev.latchkey.config.AdminToken;
import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.decision.Policies;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.RetryPace;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceFutureStub;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import dev.latchkey.v1.WorkspaceServiceGrpc.WorkspaceServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** A whole control plane on a port that the system chooses, and a gRPC client of it. */
final class RunningControlPlane implements AutoCloseable {
    static final String ALICE = "alice-token-0123456789";
    static final String BOB = "bob-token-0123456789";
    /** A manager of {@code ws_1}. */
    static final String MIA = "mia-token-0123456789";
    /** A reader of {@code ws_1}. */
    static final String ROB = "rob-token-0123456789";

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final Policy POLICY = Policy.parse("""
            scopes:
              cases:read: Read case data
              cases:write: Create and update cases
            routes:
              - match: GET /v1/cases
                scope: cases:read
              - match: POST /v1/cases
                scope: cases:write
            """, "policy.yaml");

    /** What the control plane goes by, unless it was given another clock. */
    final FakeClock clock;

    final ControlPlane plane;
    final ManagedChannel channel;

    // By default it asks to upgrade to HTTP/2 and has been seen to take what follows for a frame.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RunningControlPlane(String redisUri) throws IOException {
        this(redisUri, TestControl.PEPPER_1);
    }

    RunningControlPlane(String redisUri, String peppers) throws IOException {
        this(redisUri, peppers, Duration.ofMillis(500));
    }

    RunningControlPlane(String redisUri, String peppers, Duration redisTimeout) throws IOException {
        this(settings("127.0.0.1:0", redisUri, peppers), redisTimeout);
    }

    RunningControlPlane(Settings settings, Duration redisTimeout) throws IOException {
        this(settings, redisTimeout, RetryPace.ofSystem());
    }

    /** @param pace of the attempts to connect to Redis */
    RunningControlPlane(Settings settings, Duration redisTimeout, RetryPace pace) throws IOException {
        this(settings, redisTimeout, pace, new FakeClock());
    }

    private RunningControlPlane(Settings settings, Duration redisTimeout, RetryPace pace, FakeClock clock)
            throws IOException {
        this(settings, redisTimeout, pace, clock, redis -> clock);
    }

    /** @param clocks makes the clock to go by */
    RunningControlPlane(
            Settings settings,
            Duration redisTimeout,
            RetryPace pace,
            FakeClock clock,
            Function<RedisCalls, Clock> clocks)
            throws IOException {
        this.clock = clock;
        plane = ControlPlane.start(settings, policies(), clocks, redisTimeout, pace);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", plane.port())
                .usePlaintext()
                .build();
    }

    static Settings settings(String listen, String redisUri, String peppers) {
        return load(variables(listen, redisUri, peppers));
    }

    static Settings load(Map<String, String> variables) {
        return SettingsLoader.load(SettingsLoader.ProcessKind.CONTROL, null, variables)
                .settings();
    }

    static Map<String, String> variables(String listen, String redisUri, String peppers) {
        Map<String, String> variables = new HashMap<>();
        variables.put("LATCHKEY_CONTROL_LISTEN", listen);
        variables.put("LATCHKEY_CONTROL_OPS_LISTEN", "127.0.0.1:0");
        variables.put("LATCHKEY_REDIS_URI", redisUri);
        variables.put("LATCHKEY_PEPPERS", peppers);
        variables.put(
                "LATCHKEY_CONTROL_TOKENS",
                "alice:operator:" + AdminToken.hash(ALICE) + ",bob:operator:" + AdminToken.hash(BOB)
                        + ",mia:manager:ws_1:" + AdminToken.hash(MIA) + ",rob:reader:ws_1:" + AdminToken.hash(ROB));
        return variables;
    }

    static Policies policies() {
        return new Policies(POLICY, Map.of());
    }

    KeyServiceBlockingStub keys() {
        return keys(authorization("Bearer " + ALICE));
    }

    KeyServiceBlockingStub keys(Metadata headers) {
        return KeyServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** For calls at once. */
    KeyServiceFutureStub keysLater(Metadata headers) {
        return KeyServiceGrpc.newFutureStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    WorkspaceServiceBlockingStub workspaces() {
        return WorkspaceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(authorization("Bearer " + ALICE)));
    }

    static Metadata authorization(String... values) {
        Metadata headers = new Metadata();
        for (String value : values) {
            headers.put(AUTHORIZATION, value);
        }
        return headers;
    }

    HttpResponse<String> get(String path) {
        try {
            URI uri = URI.create("http://127.0.0.1:" + plane.port() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        plane.close();
    }
}
