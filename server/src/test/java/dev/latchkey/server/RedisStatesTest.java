package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Redis as operators set it up and use it while a sidecar runs. */
class RedisStatesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private RunningSidecar sidecar;

    @BeforeEach
    void start() throws IOException {
        RunningSidecar.announce(REDIS);
        RunningSidecar.seed(REDIS);
        sidecar = new RunningSidecar(REDIS.uri(), Map.of("LATCHKEY_READY_WARM_UP", "0s"));
        Awaitility.await().until(() -> sidecar.reason().equals("ok"));
    }

    @AfterEach
    void stop() {
        sidecar.close();
        REDIS.commands().configSet("timeout", "0");
    }

    @Test
    void redis_closesIdleConnections_checksGoOnAndARevokeHolds() {
        REDIS.commands().configSet("timeout", "1");
        // Until Redis has looked for idle connections some times.
        long start = System.nanoTime();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(500))
                .until(() -> System.nanoTime() - start > Duration.ofMillis(3500).toNanos());

        Awaitility.await().until(() -> sidecar.reason().equals("ok"));
        REDIS.commands()
                .hset(RunningSidecar.SCHEMA.key(RunningSidecar.digest()), Map.of("state", "revoked", "rev", "2"));
        Awaitility.await().until(() -> sidecar.reason().equals("revoked_key"));
    }

    @Test
    void redis_isFlushedWhileInUse_keyIsRefusedAndANewOneWorksWithoutARestart() {
        REDIS.commands().flushdb();
        Awaitility.await().until(() -> sidecar.reason().equals("unknown_key"));

        RunningSidecar.announce(REDIS);
        RunningSidecar.seed(REDIS);
        Awaitility.await().until(() -> sidecar.reason().equals("ok"));
        assertThat(sidecar.sidecar().ready()).isTrue();
    }
}
