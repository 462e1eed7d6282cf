package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RetryPace;
import dev.latchkey.v1.CreateWorkspaceRequest;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A control plane whose connection Redis ends by the thousand holds one, and works. */
class ControlConnectionsTest {
    /** Of each connection that Redis had closed, about 131 KB stayed: 260 MB of 2,000. */
    private static final long MOST_GROWTH_BYTES = 60_000_000;

    private static final RetryPace QUICK =
            new RetryPace(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO, new Random(7));

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @Test
    void connectionKilled2000Times_oneIsHeldTheHeapIsFlatAndCallsWork() throws Exception {
        try (RunningControlPlane control = new RunningControlPlane(
                RunningControlPlane.settings("127.0.0.1:0", REDIS.uri(), TestControl.PEPPER_1),
                Duration.ofSeconds(5),
                QUICK)) {
            kill(200);
            await(() -> control.get("/readyz").statusCode() == 200);
            long before = usedHeap();

            kill(2000);

            await(() -> control.get("/readyz").statusCode() == 200);
            await(() -> control.get("/metrics").body().contains("latchkey_redis_connections 1.0\n"));
            assertThat(usedHeap() - before).isLessThan(MOST_GROWTH_BYTES);
            assertThat(control.workspaces()
                            .createWorkspace(CreateWorkspaceRequest.newBuilder()
                                    .setId("ws_1")
                                    .build())
                            .getWorkspace()
                            .getId())
                    .isEqualTo("ws_1");
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
