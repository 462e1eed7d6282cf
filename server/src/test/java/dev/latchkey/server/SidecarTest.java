package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.RealRedis;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
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
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole sidecar with a real Redis, asked over its own ports. */
class SidecarTest {
    private static final String PEPPER = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String KEY = "opt_live_0000000000000000000000000000000046uziL";
    private static final IndexSchema SCHEMA = new IndexSchema("latchkey:");
    private static final Policies POLICIES = new Policies(
            Policy.parse("{scopes: {a: A}, routes: [{match: GET /v1/cases, scope: a}]}", "policy.yaml"), Map.of());

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    // By default it asks to upgrade to HTTP/2 and has been seen to take what follows for a frame.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Sidecar sidecar;
    private ManagedChannel channel;

    /** As a control plane does. */
    @BeforeEach
    void announce() {
        REDIS.commands().set(SCHEMA.pepperCheck(1), peppers().check(1));
    }

    @AfterEach
    void stop() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (sidecar != null) {
            sidecar.close();
        }
    }

    @Test
    void start_redisUp_becomesReadyAndDecides() throws Exception {
        seed();
        start(Map.of());
        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("200 ready\n"));

        assertThat(reason(check())).isEqualTo("ok");
        assertThat(get("/livez")).isEqualTo("200 ok\n");
        assertThat(get("/metrics"))
                .contains("latchkey_decisions_total{code=\"OK\",reason=\"ok\"} 1.0")
                .contains("latchkey_decisions_total{code=\"AUTH_UNAVAILABLE\",reason=\"store_timeout\"} 0.0");
        assertThat(get("/readyzx")).startsWith("404");
        Awaitility.await().until(this::health, ServingStatus.SERVING::equals);
    }

    @Test
    void check_keyRevokedInTheIndex_isRefusedAsSoonAsItIsPushed() throws Exception {
        seed();
        start(Map.of());
        Awaitility.await().until(() -> reason(check()).equals("ok"));

        REDIS.commands().hset(SCHEMA.key(peppers().newest(key())), "state", "revoked");

        Awaitility.await().until(() -> reason(check()).equals("revoked_key"));
    }

    @Test
    void start_redisDown_answers503AndRecoversByItself() throws Exception {
        REDIS.kill();
        start(Map.of());

        assertThat(reason(check())).isEqualTo("store_unavailable");
        assertThat(get("/readyz")).startsWith("503 not ready\n- ").contains("Redis");
        assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);

        REDIS.start();
        seed();
        Awaitility.await().until(() -> reason(check()).equals("ok"));
        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).startsWith("200 ready"));
    }

    @Test
    void readyz_graceOverWithoutRedis_isReadyWithADetail() throws Exception {
        REDIS.kill();
        start(Map.of("LATCHKEY_READY_GRACE", "0s"));

        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(get("/readyz")).startsWith("200 ready\n- ").contains("Redis"));
    }

    @Test
    void readyz_redisLostLater_staysReadyUnlessToldToFollow() throws Exception {
        start(Map.of());
        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("200 ready\n"));
        REDIS.kill();
        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).startsWith("200 ready\n- "));
        stop();
        REDIS.start();
        announce();
        start(Map.of("LATCHKEY_READY_FOLLOW_REDIS", "true"));
        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("200 ready\n"));
        REDIS.kill();

        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).startsWith("503 not ready\n- "));
    }

    @Test
    void readyz_pepperOfTheControlPlaneMissingOrAnother_isNotReadyAndNamesIt() throws Exception {
        REDIS.commands().set(SCHEMA.pepperCheck(2), "something");
        start(Map.of());
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(get("/readyz")).startsWith("503").contains("pepper version 2"));

        REDIS.commands().del(SCHEMA.pepperCheck(2));
        REDIS.commands().set(SCHEMA.pepperCheck(1), "something");
        Awaitility.await()
                .untilAsserted(() -> assertThat(get("/readyz"))
                        .startsWith("503")
                        .contains("pepper version 1 is not the one in use"));

        REDIS.commands().set(SCHEMA.pepperCheck(1), peppers().check(1));
        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("200 ready\n"));
    }

    @Test
    void readyz_pepperThatIsRetired_isNotMissed() throws Exception {
        REDIS.commands().set(SCHEMA.pepperCheck(2), "something");
        start(Map.of());
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(get("/readyz")).startsWith("503").contains("pepper version 2"));

        REDIS.commands().set(SCHEMA.pepperRetired(2), "1");

        Awaitility.await().untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("200 ready\n"));
    }

    @Test
    void readyz_wrongRedisPassword_saysSoWithoutIt() throws Exception {
        start(Map.of("LATCHKEY_REDIS_URI", "redis://someone:marker-secret@127.0.0.1:" + REDIS.port()));

        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(get("/readyz")).contains("WRONGPASS").doesNotContain("marker-secret"));
    }

    @Test
    void start_portTaken_namesItAndLeavesNothingRunning() throws Exception {
        start(Map.of());
        String taken = "127.0.0.1:" + sidecar.authzPort();

        assertThatThrownBy(() -> Sidecar.start(settings(Map.of("LATCHKEY_AUTHZ_LISTEN", taken)), POLICIES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + taken);
    }

    @Test
    void drain_checkUnderWay_isAnsweredAndHealthTurnsFirst() throws Exception {
        seed();
        start(Map.of("LATCHKEY_DRAIN_DELAY", "0s"));
        Awaitility.await().until(sidecar::ready);

        sidecar.drain();

        assertThat(get("/readyz")).isEqualTo("503 not ready\n- draining\n");
    }

    private void start(Map<String, String> more) throws IOException {
        sidecar = Sidecar.start(settings(more), POLICIES);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", sidecar.authzPort())
                .usePlaintext()
                .build();
    }

    private static Settings settings(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                PEPPER,
                "LATCHKEY_REDIS_URI",
                REDIS.uri(),
                "LATCHKEY_AUTHZ_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:0"));
        variables.putAll(more);
        return SettingsLoader.load(SettingsLoader.ProcessKind.SIDECAR, null, variables)
                .settings();
    }

    private static void seed() {
        KeyRecord record = new KeyRecord(
                "key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        REDIS.commands().hset(SCHEMA.key(peppers().newest(key())), IndexSchema.encode(record));
        REDIS.commands().hset(SCHEMA.workspace("ws_1"), IndexSchema.encode(new WorkspaceRecord("ws_1", true, 1)));
    }

    private static Peppers peppers() {
        return Peppers.parse(PEPPER);
    }

    private static PresentedKey key() {
        return ((Credential.Presented) new KeyFormat("opt", false).parse(KEY)).key();
    }

    private CheckResponse check() {
        return AuthorizationGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(CheckRequest.newBuilder()
                        .setAttributes(AttributeContext.newBuilder()
                                .setRequest(AttributeContext.Request.newBuilder()
                                        .setHttp(AttributeContext.HttpRequest.newBuilder()
                                                .setMethod("GET")
                                                .setPath("/v1/cases")
                                                .putHeaders("authorization", "Bearer " + KEY))))
                        .build());
    }

    private static String reason(CheckResponse response) {
        return response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
    }

    private ServingStatus health() {
        return HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder()
                        .setService(AuthorizationGrpc.SERVICE_NAME)
                        .build())
                .getStatus();
    }

    private String get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + sidecar.opsPort() + path);
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}
