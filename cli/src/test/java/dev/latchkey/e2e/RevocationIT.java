package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.server.Sidecar;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A revoke, from its answer by the control plane until a real Envoy denies, with warm caches. */
@Tag("one-envoy")
class RevocationIT {
    private static final int REVOKES = Integer.getInteger("latchkey.revokes", 100);
    private static final Duration LEASE = Duration.ofSeconds(2);

    private static World world;
    private static ControlPlane control;
    private static AdminApi admin;

    @BeforeAll
    static void start() throws IOException {
        world = new World.Options().setting("LATCHKEY_CACHE_ENABLED", "true").start();
        control = AdminApi.startControl(world.redis.uri(), Map.of());
        admin = new AdminApi(control.port());
        Awaitility.await().until(control::ready);
        admin.createWorkspace("ws_1");
        Awaitility.await().until(() -> metric(world.sidecar, "latchkey_cache_usable") == 1);
    }

    @AfterAll
    static void stop() {
        admin.close();
        control.close();
        world.close();
    }

    @ParameterizedTest(name = "{0} sidecars")
    @ValueSource(ints = {1, 10})
    void revoke_answered_isDeniedInMillisecondsAndSurelyWithinTheLease(int sidecars) throws IOException {
        List<Sidecar> others = new ArrayList<>();
        try {
            for (int i = 1; i < sidecars; i++) {
                others.add(Sidecar.start(
                        SettingsLoader.load(
                                        ProcessKind.SIDECAR,
                                        null,
                                        Map.of(
                                                "LATCHKEY_PEPPERS",
                                                World.PEPPER,
                                                "LATCHKEY_REDIS_URI",
                                                world.redis.uri(),
                                                "LATCHKEY_AUTHZ_LISTEN",
                                                "127.0.0.1:0",
                                                "LATCHKEY_CACHE_ENABLED",
                                                "true",
                                                "LATCHKEY_OPS_LISTEN",
                                                "127.0.0.1:0"))
                                .settings(),
                        new Policies(world.policy, Map.of())));
            }
            for (Sidecar other : others) {
                Awaitility.await().until(() -> metric(other, "latchkey_cache_usable") == 1);
            }
            long[] micros = new long[REVOKES];
            for (int i = 0; i < REVOKES; i++) {
                micros[i] = revokeAndMeasure();
            }
            Arrays.sort(micros);
            System.out.printf(
                    Locale.ROOT,
                    "revoke answered -> denied through Envoy, %d sidecars, %d revokes: p50 %d us, p99 %d us, max %d us%n",
                    sidecars,
                    REVOKES,
                    micros[REVOKES / 2],
                    micros[(REVOKES * 99 - 1) / 100],
                    micros[REVOKES - 1]);
            assertThat(micros[REVOKES - 1]).isLessThan(TimeUnit.NANOSECONDS.toMicros(LEASE.toNanos()));
        } finally {
            others.forEach(Sidecar::close);
        }
    }

    @Test
    void deactivate_workspace_deniesItsKeysAndNoOthers() {
        admin.createWorkspace("ws_2");
        CreateKeyResponse first = admin.createKey("ws_1");
        CreateKeyResponse second = admin.createKey("ws_2");
        warm(first);
        warm(second);

        var unused = admin.workspaces()
                .deactivateWorkspace(
                        DeactivateWorkspaceRequest.newBuilder().setId("ws_2").build());

        Awaitility.await()
                .until(() -> world.get("/v1/cases", second.getSecret()).status() == 403);
        assertThat(world.get("/v1/cases", first.getSecret()).status()).isEqualTo(200);
    }

    @Test
    void hotKey_thousandRequests_readNothing() {
        CreateKeyResponse created = admin.createKey("ws_1");
        warm(created);
        double misses = metric(world.sidecar, "latchkey_cache_lookups_total{result=\"miss\"}");
        double bypasses = metric(world.sidecar, "latchkey_cache_lookups_total{result=\"bypass\"}");

        for (int i = 0; i < 1000; i++) {
            assertThat(world.get("/v1/cases", created.getSecret()).status()).isEqualTo(200);
        }

        assertThat(metric(world.sidecar, "latchkey_cache_lookups_total{result=\"miss\"}"))
                .isEqualTo(misses);
        assertThat(metric(world.sidecar, "latchkey_cache_lookups_total{result=\"bypass\"}"))
                .isEqualTo(bypasses);
    }

    /** Returns microseconds from the answer to the revoke until the first denial. */
    private static long revokeAndMeasure() {
        CreateKeyResponse created = admin.createKey("ws_1");
        warm(created);
        admin.revoke(created.getKey().getId());
        long answered = System.nanoTime();
        while (world.get("/v1/cases", created.getSecret()).status() != 401) {
            assertThat(System.nanoTime() - answered).isLessThan(TimeUnit.SECONDS.toNanos(30));
        }
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - answered);
    }

    /** Asks until the answer comes from memory. */
    private static void warm(CreateKeyResponse created) {
        for (int i = 0; i < 2; i++) {
            assertThat(world.get("/v1/cases", created.getSecret()).status()).isEqualTo(200);
        }
    }

    private static double metric(Sidecar sidecar, String name) {
        return Metrics.value(RawHttp.get(sidecar.opsPort(), "/metrics").body(), name);
    }
}
