package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.decision.Policies;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.ManagedWorld;
import dev.latchkey.e2e.Metrics;
import dev.latchkey.e2e.World;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.server.Sidecar;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.FindKeyRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.RevokeAllKeysRequest;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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

    private static ManagedWorld managed;
    private static World world;
    private static AdminApi admin;

    @BeforeAll
    static void start() throws IOException {
        managed = new ManagedWorld();
        world = managed.world;
        admin = managed.admin;
    }

    @AfterAll
    static void stop() {
        managed.close();
    }

    @ParameterizedTest(name = "{0} sidecars")
    @ValueSource(ints = {1, 10})
    void revoke_answered_isDeniedInMillisecondsAndSurelyWithinTheLease(int sidecars) throws IOException {
        try (Others others = new Others(sidecars - 1)) {
            long[] envoy = new long[REVOKES];
            long[] everywhere = new long[REVOKES];
            for (int i = 0; i < REVOKES; i++) {
                CreateKeyResponse created = admin.createKey("ws_1");
                warm(created);
                others.warm(created.getSecret());
                admin.revoke(created.getKey().getId());
                long answered = System.nanoTime();
                awaitDenied(() -> world.get("/v1/cases", created.getSecret()).status() == 401);
                envoy[i] = System.nanoTime() - answered;
                awaitDenied(() -> others.allDeny(created.getSecret()));
                everywhere[i] = System.nanoTime() - answered;
            }
            report(sidecars, "through Envoy", envoy);
            if (sidecars > 1) {
                report(sidecars, "by all", everywhere);
            }
        }
    }

    private static void awaitDenied(BooleanSupplier denied) {
        long start = System.nanoTime();
        while (!denied.getAsBoolean()) {
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(30));
        }
    }

    private static void report(int sidecars, String how, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "revoke answered -> denied %s, %d sidecars, %d revokes: p50 %d us, p99 %d us, max %d us%n",
                how,
                sidecars,
                REVOKES,
                nanos[REVOKES / 2] / 1000,
                nanos[(REVOKES * 99 - 1) / 100] / 1000,
                nanos[REVOKES - 1] / 1000);
        assertThat(nanos[REVOKES - 1]).isLessThan(LEASE.toNanos());
    }

    /** Sidecars that no Envoy asks. */
    private static final class Others implements AutoCloseable {
        private final Closing made = new Closing();
        private final List<ManagedChannel> channels = new ArrayList<>();

        Others(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                Sidecar sidecar = made.add(start());
                channels.add(Checks.channel(sidecar.authzPort()));
                Awaitility.await().until(() -> Metrics.at(sidecar.opsPort(), "latchkey_cache_usable") == 1);
            }
        }

        private static Sidecar start() throws IOException {
            Map<String, String> variables = Map.of(
                    "LATCHKEY_PEPPERS",
                    World.PEPPER,
                    "LATCHKEY_REDIS_URI",
                    world.redis.uri(),
                    "LATCHKEY_REDIS_TIMEOUT",
                    "5s",
                    "LATCHKEY_AUTHZ_TIMEOUT",
                    "10s",
                    "LATCHKEY_AUTHZ_LISTEN",
                    "127.0.0.1:0",
                    "LATCHKEY_OPS_LISTEN",
                    "127.0.0.1:0");
            return Sidecar.start(
                    SettingsLoader.load(ProcessKind.SIDECAR, null, variables).settings(),
                    new Policies(world.policy, Map.of()));
        }

        void warm(String key) {
            channels.forEach(channel -> assertThat(Checks.ask(channel, key)).isEqualTo("200 ok"));
        }

        boolean allDeny(String key) {
            return channels.stream()
                    .allMatch(channel -> Checks.ask(channel, key).startsWith("401"));
        }

        @Override
        public void close() {
            channels.forEach(ManagedChannel::shutdownNow);
            made.close();
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

    /** By the schema's rules other services may write keys, of which the ledger knows nothing. */
    @Test
    void revokeAll_keyThatOnlyTheIndexHas_isDeniedFromMemoryTooAndNewKeysAreNot() {
        admin.createWorkspace("ws_3");
        String foreign = "opt_live_" + "000000000000000000000000000000" + "0046uziL";
        world.redis
                .commands()
                .hset(
                        "latchkey:key:1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo",
                        Map.of(
                                "v",
                                "1",
                                "id",
                                "crm-1",
                                "workspace",
                                "ws_3",
                                "environment",
                                "live",
                                "scopes",
                                "cases:read",
                                "state",
                                "active",
                                "rev",
                                "1"));
        Awaitility.await().until(() -> world.get("/v1/cases", foreign).status() == 200);
        assertThat(world.get("/v1/cases", foreign).status()).isEqualTo(200);

        assertThat(admin.keys()
                        .revokeAllKeys(RevokeAllKeysRequest.newBuilder()
                                .setWorkspace("ws_3")
                                .build())
                        .getDone())
                .isTrue();

        Awaitility.await().until(() -> world.get("/v1/cases", foreign).status() == 401);
        assertThat(world.get("/v1/cases", foreign).body()).contains("AUTH_INVALID_KEY");
        warm(admin.createKey("ws_3"));
        Key found = admin.keys()
                .findKey(FindKeyRequest.newBuilder().setSecret(foreign).build())
                .getKey();
        assertThat(found.getForeign()).isTrue();
        assertThat(found.getState()).isEqualTo(KeyState.REVOKED);
    }

    @Test
    void hotKey_thousandRequests_readNothing() {
        CreateKeyResponse created = admin.createKey("ws_1");
        warm(created);
        double misses = Metrics.at(world.sidecar.opsPort(), "latchkey_cache_lookups_total{result=\"miss\"}");
        double bypasses = Metrics.at(world.sidecar.opsPort(), "latchkey_cache_lookups_total{result=\"bypass\"}");

        for (int i = 0; i < 1000; i++) {
            assertThat(world.get("/v1/cases", created.getSecret()).status()).isEqualTo(200);
        }

        assertThat(Metrics.at(world.sidecar.opsPort(), "latchkey_cache_lookups_total{result=\"miss\"}"))
                .isEqualTo(misses);
        assertThat(Metrics.at(world.sidecar.opsPort(), "latchkey_cache_lookups_total{result=\"bypass\"}"))
                .isEqualTo(bypasses);
    }

    private static void warm(CreateKeyResponse created) {
        assertThat(world.get("/v1/cases", created.getSecret()).status()).isEqualTo(200);
    }
}
