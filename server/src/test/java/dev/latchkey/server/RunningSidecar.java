package dev.latchkey.server;

import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RetryPace;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A whole sidecar in this process, asked over its own ports as Envoy and people ask it; and one key that it is to know.
 */
public final class RunningSidecar implements AutoCloseable {
    static final IndexSchema SCHEMA = new IndexSchema("latchkey:");
    public static final Policies POLICIES = new Policies(
            Policy.parse("{scopes: {a: A}, routes: [{match: GET /v1/cases, scope: a}]}", "policy.yaml"), Map.of());

    private static final String PEPPER = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String KEY = "opt_live_0000000000000000000000000000000046uziL";

    // By default it asks to upgrade to HTTP/2 and has been seen to take what follows for a frame.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Sidecar sidecar;
    private final ManagedChannel channel;

    RunningSidecar(String redisUri, Map<String, String> more) throws IOException {
        this(redisUri, more, RetryPace.ofSystem());
    }

    /** @param pace of the attempts to connect to Redis */
    RunningSidecar(String redisUri, Map<String, String> more, RetryPace pace) throws IOException {
        sidecar = Sidecar.start(settings(redisUri, more), POLICIES, pace);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", sidecar.authzPort())
                .usePlaintext()
                .build();
    }

    public static Settings settings(String redisUri, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                PEPPER,
                "LATCHKEY_REDIS_URI",
                redisUri,
                "LATCHKEY_AUTHZ_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:0"));
        variables.putAll(more);
        if (more.containsKey("LATCHKEY_REDIS_URI_FILE")) {
            variables.remove("LATCHKEY_REDIS_URI");
        }
        return SettingsLoader.load(SettingsLoader.ProcessKind.SIDECAR, null, variables)
                .settings();
    }

    /** Announces the pepper, as a control plane does. */
    static void announce(RealRedis redis) {
        redis.commands().set(SCHEMA.pepperCheck(1), peppers().check(1));
    }

    /** Stores the key and its workspace. */
    static void seed(RealRedis redis) {
        redis.store(
                SCHEMA,
                digest(),
                new KeyRecord(
                        "key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1));
        redis.store(SCHEMA, new WorkspaceRecord("ws_1", true, 1));
    }

    static KeyDigest digest() {
        PresentedKey key = ((Credential.Presented) new KeyFormat("opt", false).parse(KEY)).key();
        return peppers().newest(key);
    }

    static Peppers peppers() {
        return Peppers.parse(PEPPER);
    }

    Sidecar sidecar() {
        return sidecar;
    }

    /** Asks for a request with the key; returns the reason of the answer, whose status says the same. */
    String reason() {
        CheckResponse response = AuthorizationGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .check(CheckRequest.newBuilder()
                        .setAttributes(AttributeContext.newBuilder()
                                .setRequest(AttributeContext.Request.newBuilder()
                                        .setHttp(AttributeContext.HttpRequest.newBuilder()
                                                .setMethod("GET")
                                                .setPath("/v1/cases")
                                                .putHeaders("authorization", "Bearer " + KEY))))
                        .build());
        String reason = response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
        if ((response.getStatus().getCode() == 0) != reason.equals("ok")) {
            throw new AssertionError(response);
        }
        return reason;
    }

    ServingStatus health() {
        return HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder()
                        .setService(AuthorizationGrpc.SERVICE_NAME)
                        .build())
                .getStatus();
    }

    /** Returns the status and the body of a page for people and machines. */
    String get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + sidecar.opsPort() + path);
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    /** Returns the value of a metric, named as it is shown, with its labels. */
    double metric(String name) throws IOException, InterruptedException {
        return get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        sidecar.close();
    }
}
