package dev.latchkey.e2e.redis;

import static dev.latchkey.e2e.World.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.redis.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Redis killed, stopped and slow, behind an Envoy that is told to let requests pass when authorization fails:
 * Latchkey's own 503 comes before Envoy's timeout, as a denial, so nothing passes; and all is well again by itself.
 */
class RedisFaultsIT {
    private final AtomicReference<FaultProxy> proxy = new AtomicReference<>();
    private World world;
    private String key;

    @AfterEach
    void stop() throws IOException {
        if (world != null) {
            world.close();
        }
        if (proxy.get() != null) {
            proxy.get().close();
        }
    }

    @ParameterizedTest(name = "failure_mode_allow: {0}")
    @ValueSource(booleans = {false, true})
    void redisKilled_everyRequest_is503AndRecovers(boolean failOpen) throws Exception {
        start(failOpen, uri -> uri);

        world.redis.kill();

        assertUnavailable(20);
        world.redis.start();
        seed();
        assertRecovers();
    }

    @ParameterizedTest(name = "failure_mode_allow: {0}")
    @ValueSource(booleans = {false, true})
    void redisStopped_everyRequest_is503AndRecovers(boolean failOpen) {
        start(failOpen, uri -> uri);

        world.redis.pause();
        try {
            assertUnavailable(20);
        } finally {
            world.redis.resume();
        }

        assertRecovers();
    }

    @ParameterizedTest(name = "failure_mode_allow: {0}")
    @ValueSource(booleans = {false, true})
    void redisSlow_everyRequest_is503AndRecovers(boolean failOpen) {
        start(failOpen, uri -> "redis://127.0.0.1:" + proxyTo(Integer.parseInt(uri.replaceAll(".*:", ""))));

        proxy.get().delay(1000);
        assertUnavailable(20);
        proxy.get().delay(0);

        assertRecovers();
    }

    @ParameterizedTest(name = "failure_mode_allow: {0}")
    @ValueSource(booleans = {false, true})
    void connectionForgottenOnTheWay_keyNotInMemory_is503UntilANewOneIsUsed(boolean failOpen) {
        start(failOpen, uri -> "redis://127.0.0.1:" + proxyTo(Integer.parseInt(uri.replaceAll(".*:", ""))));

        proxy.get().freeze();
        String unseen = world.store("key_2", "ws_1", Environment.LIVE, "cases:read");
        long reached = world.upstreamRequests();
        assertProblem(world.get("/v1/cases", unseen), 503, "AUTH_UNAVAILABLE");
        assertThat(world.upstreamRequests()).isEqualTo(reached);

        assertRecovers();
    }

    @Test
    void redisGone_requestsThatNeedNoKey_passAndTheRestIsToldApart() throws Exception {
        start(false, uri -> uri);
        world.redis.kill();

        assertThat(world.send("GET", "/healthz").status()).isEqualTo(200);
        assertProblem(world.send("GET", "/v1/cases"), 401, "AUTH_INVALID_KEY");
        assertProblem(
                world.get("/v1/cases", "opt_live_0000000000000000000000000000000046uziM"), 401, "AUTH_INVALID_KEY");
        assertProblem(world.get("/v1/cases;", key), 400, "AUTH_INVALID_REQUEST");
    }

    @Test
    void sidecarGone_everyRequest_is503OfEnvoyWithTheSameCode() {
        start(false, uri -> uri);
        long reached = world.upstreamRequests();
        world.sidecar.close();

        RawHttp.Response response = world.get("/v1/cases", key);

        assertProblem(response, 503, "AUTH_UNAVAILABLE");
        assertThat(World.json(response.body()).fieldNames())
                .toIterable()
                .containsExactly("type", "title", "status", "code", "detail");
        assertThat(response.header("retry-after")).isEqualTo("1");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    /**
     * The control experiment: what Envoy cannot ask it lets pass here, which is why Latchkey answers every fault
     * itself.
     */
    @Test
    void sidecarGone_envoyTellsToLetPass_requestsReachTheUpstream() {
        start(true, uri -> uri);
        long reached = world.upstreamRequests();
        world.sidecar.close();

        assertThat(world.get("/v1/cases", "opt_live_0000000000000000000000000000000046uziM")
                        .status())
                .isEqualTo(200);
        assertThat(world.upstreamRequests()).isEqualTo(reached + 1);
    }

    private void start(boolean failOpen, UnaryOperator<String> redisUri) {
        world = new World.Options()
                .shippedTimeouts()
                .envoyConfig(failOpen ? RedisFaultsIT::failingOpen : UnaryOperator.identity())
                .redisUri(redisUri)
                .start();
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
        seed();
        assertRecovers();
    }

    private void seed() {
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
    }

    /** Latchkey's own 503 shows the request's id; the one that Envoy makes when its timeout passes does not. */
    private void assertUnavailable(int requests) {
        Awaitility.await().until(() -> world.get("/v1/cases", key).status() == 503);
        long reached = world.upstreamRequests();
        for (int i = 0; i < requests; i++) {
            RawHttp.Response response = world.get("/v1/cases", key);
            assertProblem(response, 503, "AUTH_UNAVAILABLE");
            assertThat(World.json(response.body()).has("request_id")).isTrue();
            assertThat(response.header("retry-after")).isEqualTo("1");
        }
        assertThat(world.upstreamRequests())
                .as("requests that reached an upstream")
                .isEqualTo(reached);
    }

    private void assertRecovers() {
        Awaitility.await().until(() -> world.get("/v1/cases", key).status() == 200);
    }

    private int proxyTo(int port) {
        try {
            proxy.set(new FaultProxy(port));
            return proxy.get().port();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String failingOpen(String config) {
        assertThat(config).contains("failure_mode_allow: false");
        return config.replace("failure_mode_allow: false", "failure_mode_allow: true");
    }
}
