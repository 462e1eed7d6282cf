package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RetryPace;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sidecar whose connections Redis ends by the thousand holds two of them, and answers. */
class SidecarConnectionsTest {
    private static final String HELD = "latchkey_redis_connections";
    /** Of each connection that Redis had closed, about 131 KB stayed: 260 MB of 2,000. */
    private static final long MOST_GROWTH_BYTES = 60_000_000;

    private static final RetryPace QUICK =
            new RetryPace(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO, new Random(7));

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @Test
    void connectionsKilled2000Times_twoAreHeldTheHeapIsFlatAndChecksAreAnswered() throws Exception {
        RunningSidecar.announce(REDIS);
        RunningSidecar.seed(REDIS);
        try (RunningSidecar sidecar = new RunningSidecar(
                REDIS.uri(), Map.of("LATCHKEY_CACHE_ENABLED", "true", "LATCHKEY_REDIS_TIMEOUT", "10s"), QUICK)) {
            kill(200);
            await(() -> sidecar.reason().equals("ok"));
            long before = usedHeap();

            kill(2000);

            await(() -> sidecar.reason().equals("ok"));
            await(() -> sidecar.metric("latchkey_cache_usable") == 1);
            await(() -> sidecar.metric(HELD) == 2);
            assertThat(usedHeap() - before).isLessThan(MOST_GROWTH_BYTES);
            await(() -> sidecar.get("/readyz").equals("200 ready\n"));
        }
    }

    private static void kill(int connections) {
        long killed = 0;
        while (killed < connections) {
            await(() -> REDIS.commands().clientList().lines().count() > 1);
            killed += REDIS.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        }
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
