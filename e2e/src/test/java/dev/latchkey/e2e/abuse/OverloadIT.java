package dev.latchkey.e2e.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.abuse.FloodedSidecar.Answers;
import dev.latchkey.redis.RealRedis;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More checks at once than a sidecar takes, on a real process with little memory. */
@Tag("one-envoy")
class OverloadIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int CHECKS = 10_000;
    private static final int MEGABYTE = 1 << 20;
    private static final int MAX_MORE_HEAP = 24 * MEGABYTE;
    private static final int MAX_MORE_THREADS = 8;

    private FloodedSidecar sidecar;

    @BeforeEach
    void start() {
        sidecar = new FloodedSidecar(REDIS, Map.of());
    }

    @AfterEach
    void stop() {
        sidecar.close();
    }

    @Test
    void checks_tenThousandWhileRedisIsSilent_areAll503AndTheSidecarIsAsBefore() throws Exception {
        silentFlood();
        assertHealthy();
        long heap = sidecar.heap();
        int threads = sidecar.threads();

        for (int i = 0; i < 2; i++) {
            Answers answers = silentFlood();
            assertThat(answers.kinds())
                    .isSubsetOf(List.of("503 overloaded", "503 store_timeout", "503 store_unavailable"));
            assertThat(answers.count("503 overloaded")).as("refused at once").isPositive();
            assertHealthy();
        }

        assertThat(sidecar.heap()).as("bytes of heap").isLessThan(heap + MAX_MORE_HEAP);
        assertThat(sidecar.threads()).as("threads").isLessThanOrEqualTo(threads + MAX_MORE_THREADS);
        assertThat(sidecar.log()).doesNotContain("Exception").doesNotContain("OutOfMemory");
    }

    @Test
    void checks_tenThousandOnAHealthyRedis_areAllowedOr503() throws Exception {
        Answers answers = sidecar.flood(() -> FloodedSidecar.check(0), CHECKS);

        assertThat(answers.kinds()).isSubsetOf(List.of("200 ok", "503 overloaded"));
        assertThat(answers.count("200 ok")).isPositive();
        assertHealthy();
    }

    @Test
    void checks_ofAMegabyte_areAllowedAndLeaveNothing() throws Exception {
        CheckRequest large = FloodedSidecar.check(MEGABYTE);
        sidecar.flood(() -> large, 40);
        assertHealthy();
        long heap = sidecar.heap();

        for (int i = 0; i < 2; i++) {
            assertThat(sidecar.flood(() -> large, 40).kinds()).containsExactly("200 ok");
        }

        assertThat(sidecar.heap()).as("bytes of heap").isLessThan(heap + MAX_MORE_HEAP);
        assertHealthy();
    }

    /** Redis is silent until every check has its answer. No two have one key, so each has to be read. */
    private Answers silentFlood() throws InterruptedException {
        REDIS.pause();
        try {
            return sidecar.flood(FloodedSidecar::checkOfNobody, CHECKS);
        } finally {
            REDIS.resume();
        }
    }

    private void assertHealthy() {
        Awaitility.await()
                .atMost(FloodedSidecar.PATIENCE)
                .until(() -> sidecar.flood(() -> FloodedSidecar.check(0), 1).count("200 ok") == 1);
        assertThat(sidecar.ops("/readyz").status()).isEqualTo(200);
        Awaitility.await()
                .atMost(FloodedSidecar.PATIENCE)
                .until(() -> sidecar.metric("latchkey_index_reads_under_way") == 0);
    }
}
