package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.redis.RealRedis;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole sidecar with a real Redis, asked over its own ports. */
class SidecarTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private RunningSidecar sidecar;

    /** As a control plane does. */
    @BeforeEach
    void announce() {
        RunningSidecar.announce(REDIS);
    }

    @AfterEach
    void stop() {
        if (sidecar != null) {
            sidecar.close();
        }
    }

    @Test
    void readyz_insecureButAllowed_isReadyAndSaysSo() throws Exception {
        RunningSidecar.seed(REDIS);
        start(Map.of("LATCHKEY_AUTHZ_LISTEN", "0.0.0.0:0"));

        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz"))
                        .startsWith("200 ready\n- authz.listen: 0.0.0.0:0 is plain text beyond this machine"));
    }

    @Test
    void start_redisUp_becomesReadyAndDecides() throws Exception {
        RunningSidecar.seed(REDIS);
        start(Map.of());
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).isEqualTo("200 ready\n"));

        assertThat(sidecar.reason()).isEqualTo("ok");
        assertThat(sidecar.get("/livez")).isEqualTo("200 ok\n");
        assertThat(sidecar.get("/metrics"))
                .contains("latchkey_decisions_total{code=\"OK\",reason=\"ok\"} 1.0")
                .contains("latchkey_decisions_total{code=\"AUTH_UNAVAILABLE\",reason=\"store_timeout\"} 0.0");
        assertThat(sidecar.get("/readyzx")).startsWith("404");
        Awaitility.await().until(sidecar::health, ServingStatus.SERVING::equals);
    }

    @Test
    void check_keyRevokedInTheIndex_isRefusedAsSoonAsItIsPushed() throws Exception {
        RunningSidecar.seed(REDIS);
        start(Map.of());
        Awaitility.await().until(() -> sidecar.reason().equals("ok"));

        REDIS.commands().hset(RunningSidecar.SCHEMA.key(RunningSidecar.digest()), "state", "revoked");

        Awaitility.await().until(() -> sidecar.reason().equals("revoked_key"));
    }

    @Test
    void start_redisDown_answers503AndRecoversByItself() throws Exception {
        REDIS.kill();
        start(Map.of());

        assertThat(sidecar.reason()).isEqualTo("store_unavailable");
        assertThat(sidecar.get("/readyz")).startsWith("503 not ready\n- ").contains("Redis");
        assertThat(sidecar.health()).isEqualTo(ServingStatus.NOT_SERVING);

        REDIS.start();
        RunningSidecar.seed(REDIS);
        Awaitility.await().until(() -> sidecar.reason().equals("ok"));
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).startsWith("200 ready"));
    }

    @Test
    void readyz_graceOverWithoutRedis_isReadyWithADetail() throws Exception {
        REDIS.kill();
        start(Map.of("LATCHKEY_READY_GRACE", "0s"));

        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz"))
                        .startsWith("200 ready\n- ")
                        .contains("Redis"));
    }

    @Test
    void readyz_redisLostLater_staysReadyUnlessToldToFollow() throws Exception {
        start(Map.of());
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).isEqualTo("200 ready\n"));
        REDIS.kill();
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).startsWith("200 ready\n- "));
        stop();
        REDIS.start();
        announce();
        start(Map.of("LATCHKEY_READY_FOLLOW_REDIS", "true"));
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).isEqualTo("200 ready\n"));
        REDIS.kill();

        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).startsWith("503 not ready\n- "));
    }

    @Test
    void readyz_pepperOfTheControlPlaneMissingOrAnother_isNotReadyAndNamesIt() throws Exception {
        REDIS.commands().set(RunningSidecar.SCHEMA.pepperCheck(2), "something");
        start(Map.of());
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(sidecar.get("/readyz")).startsWith("503").contains("pepper version 2"));

        REDIS.commands().del(RunningSidecar.SCHEMA.pepperCheck(2));
        REDIS.commands().set(RunningSidecar.SCHEMA.pepperCheck(1), "something");
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz"))
                        .startsWith("503")
                        .contains("pepper version 1 is not the one in use"));

        REDIS.commands()
                .set(
                        RunningSidecar.SCHEMA.pepperCheck(1),
                        RunningSidecar.peppers().check(1));
        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).isEqualTo("200 ready\n"));
    }

    @Test
    void readyz_pepperThatIsRetired_isNotMissed() throws Exception {
        REDIS.commands().set(RunningSidecar.SCHEMA.pepperCheck(2), "something");
        start(Map.of());
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(sidecar.get("/readyz")).startsWith("503").contains("pepper version 2"));

        REDIS.commands().set(RunningSidecar.SCHEMA.pepperRetired(2), "1");

        Awaitility.await()
                .untilAsserted(() -> assertThat(sidecar.get("/readyz")).isEqualTo("200 ready\n"));
    }

    @Test
    void readyz_wrongRedisPassword_saysSoWithoutIt() throws Exception {
        start(Map.of("LATCHKEY_REDIS_URI", "redis://someone:marker-secret@127.0.0.1:" + REDIS.port()));

        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(sidecar.get("/readyz")).contains("WRONGPASS").doesNotContain("marker-secret"));
    }

    @Test
    void start_portTaken_namesItAndLeavesNothingRunning() throws Exception {
        start(Map.of());
        String taken = "127.0.0.1:" + sidecar.sidecar().authzPort();

        assertThatThrownBy(() -> new RunningSidecar(REDIS.uri(), Map.of("LATCHKEY_AUTHZ_LISTEN", taken)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + taken);
    }

    @Test
    void drain_checkUnderWay_isAnsweredAndHealthTurnsFirst() throws Exception {
        RunningSidecar.seed(REDIS);
        start(Map.of("LATCHKEY_DRAIN_DELAY", "0s"));
        Awaitility.await().until(sidecar.sidecar()::ready);

        sidecar.sidecar().drain();

        assertThat(sidecar.get("/readyz")).isEqualTo("503 not ready\n- draining\n");
    }

    private void start(Map<String, String> more) throws IOException {
        sidecar = new RunningSidecar(REDIS.uri(), more);
    }
}
