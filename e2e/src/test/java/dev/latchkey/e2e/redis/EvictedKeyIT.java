package dev.latchkey.e2e.redis;

import static dev.latchkey.e2e.World.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.Metrics;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A Redis that was told, against the documentation, to throw away what it has no room for. */
@Tag("one-envoy")
class EvictedKeyIT {
    private static final String ENDS = "latchkey_cache_epochs_ended_total{cause=\"flushed\"}";
    private static final String OTHER = "x".repeat(100_000);

    @Test
    void recordThrownAway_itsKeyIsUnknownAlsoWhereItWasInMemory() {
        try (World world = new World.Options().start()) {
            world.putWorkspace("ws_1", true);
            String key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
            Awaitility.await().until(() -> Metrics.at(world.sidecar.opsPort(), "latchkey_cache_usable") == 1);
            assertThat(world.get("/v1/cases", key).status()).isEqualTo(200);
            assertThat(world.get("/v1/cases", key).status()).isEqualTo(200);
            double flushes = Metrics.at(world.sidecar.opsPort(), ENDS);

            var redis = world.redis.commands();
            redis.configSet("maxmemory-policy", "allkeys-lru");
            redis.configSet("maxmemory", "4mb");
            AtomicInteger others = new AtomicInteger();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        redis.set("other:" + others.incrementAndGet(), OTHER);
                        return redis.keys("latchkey:*").isEmpty();
                    });

            Awaitility.await().until(() -> world.get("/v1/cases", key).status() == 401);
            assertProblem(world.get("/v1/cases", key), 401, "AUTH_INVALID_KEY");
            assertThat(Metrics.at(world.sidecar.opsPort(), ENDS)).isEqualTo(flushes);
        }
    }
}
