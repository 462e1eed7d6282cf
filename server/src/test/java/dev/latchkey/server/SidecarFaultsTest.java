package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole sidecar with its near cache, while Redis stands still, is killed, loses its data, keeps them, or is slow.
 */
class SidecarFaultsTest {
    private static final String HITS = "latchkey_cache_lookups_total{result=\"hit\"}";
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration DEADLINE = Duration.ofMillis(300);

    @TempDir
    private static Path folder;

    private RealRedis redis;
    private FaultProxy proxy;
    private RunningSidecar sidecar;

    @AfterEach
    void stop() throws Exception {
        if (sidecar != null) {
            sidecar.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        redis.kill();
    }

    @BeforeEach
    void nothingRuns() {
        redis = new RealRedis();
    }

    @Test
    void redis_standsStill_nothingIsAllowedFromMemoryAfterTheLeaseAndAllIsWellByItself() throws Exception {
        start(Map.of("LATCHKEY_REDIS_TIMEOUT", "250ms"));
        warm();

        redis.pause();
        long stopped = System.nanoTime();
        CompletableFuture<Boolean> revoke;
        Set<String> afterTheLease = new HashSet<>();
        try {
            revoke = redis.async().hset(key(), "state", "revoked").toCompletableFuture();
            while (System.nanoTime() - stopped < 3 * LEASE.toNanos()) {
                boolean over = System.nanoTime() - stopped > LEASE.toNanos();
                String reason = sidecar.reason();
                if (over) {
                    afterTheLease.add(reason);
                }
            }
        } finally {
            redis.resume();
        }

        assertThat(afterTheLease).isNotEmpty().isSubsetOf("store_timeout", "store_unavailable");
        assertThat(revoke).succeedsWithin(Duration.ofSeconds(60));
        await(() -> sidecar.reason().equals("revoked_key"));
        awaitUsable();
    }

    @Test
    void redis_restartsWithoutData_aKeyThatWasInMemoryIsUnknown() throws Exception {
        start(Map.of());
        warm();

        redis.kill();
        await(() -> sidecar.reason().equals("store_unavailable"));
        redis.start();

        await(() -> !sidecar.reason().startsWith("store_"));
        awaitUsable();
        assertThat(sidecar.reason()).isEqualTo("unknown_key");
        RunningSidecar.seed(redis);
        warm();
    }

    @Test
    void redis_restartsWithItsData_epochIsAnotherAndRevokedKeysStayRevoked() throws Exception {
        redis = new RealRedis("--appendonly", "yes", "--appendfsync", "always", "--dir", folder.toString());
        start(Map.of());
        warm();

        redis.kill();
        await(() -> sidecar.reason().equals("store_unavailable"));
        redis.start();
        warm();
        assertThat(sidecar.metric("latchkey_cache_epochs_ended_total{cause=\"disconnected\"}"))
                .isOne();

        redis.commands().hset(key(), "state", "revoked");
        await(() -> sidecar.reason().equals("revoked_key"));
        redis.kill();
        redis.start();
        awaitUsable();
        await(() -> !sidecar.reason().startsWith("store_"));
        assertThat(sidecar.reason()).isEqualTo("revoked_key");
    }

    @Test
    void redis_answersAfterTheDeadline_nothingIsAllowed() throws Exception {
        startBehindProxy(DEADLINE);
        warm();

        proxy.delay(5000);

        await(() -> !sidecar.reason().equals("ok"));
        for (int i = 0; i < 20; i++) {
            assertThat(sidecar.reason()).isIn("store_timeout", "store_unavailable");
        }
        proxy.delay(0);
        warm();
    }

    @Test
    void deadline_off_redisAnswersAfterIt_isAnAllowThatComesTooLate() throws Exception {
        startBehindProxy(Duration.ofSeconds(10));
        warm();

        proxy.delay(1000);

        await(() -> {
            RunningSidecar.seed(redis); // so that it is read again
            long asked = System.nanoTime();
            return sidecar.reason().equals("ok") && System.nanoTime() - asked > DEADLINE.toNanos();
        });
    }

    private void start(Map<String, String> more) throws Exception {
        redis.start();
        start(redis.uri(), more);
    }

    private void startBehindProxy(Duration deadline) throws Exception {
        redis.start();
        proxy = new FaultProxy(redis.port());
        start("redis://127.0.0.1:" + proxy.port(), Map.of("LATCHKEY_AUTHZ_TIMEOUT", deadline.toMillis() + "ms"));
    }

    private void start(String uri, Map<String, String> more) throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_CACHE_ENABLED", "true", "LATCHKEY_AUTHZ_TIMEOUT", "10s", "LATCHKEY_REDIS_TIMEOUT", "10s"));
        variables.putAll(more);
        RunningSidecar.announce(redis);
        RunningSidecar.seed(redis);
        sidecar = new RunningSidecar(uri, variables);
    }

    /** Waits until the key is allowed from memory alone. */
    private void warm() {
        await(() -> {
            double hits = sidecar.metric(HITS);
            return sidecar.reason().equals("ok") && sidecar.metric(HITS) == hits + 2;
        });
    }

    private void awaitUsable() {
        await(() -> sidecar.metric("latchkey_cache_usable") == 1);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    private static String key() {
        return RunningSidecar.SCHEMA.key(RunningSidecar.digest());
    }
}
