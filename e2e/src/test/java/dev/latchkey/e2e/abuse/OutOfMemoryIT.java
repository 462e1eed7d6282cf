package dev.latchkey.e2e.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.redis.RealRedis;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process without memory says so and ends, whichever thread it is that asks for more; it does not live on without
 * that thread. Started with the launcher's options.
 */
@Tag("one-envoy")
class OutOfMemoryIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    /** What the JVM ends with; the README says so. */
    private static final int STATUS = 3;

    private static final int BATCH = 500;
    private static final int BATCHES = 1000;

    /** On a thread that only logs what goes wrong: the loop that answers all checks. */
    @Test
    void sidecar_cacheLargerThanItsMemory_ends() {
        int port = RealRedis.freePort();
        int ops = RealRedis.freePort();
        Map<String, String> variables = variables("-Xms8m -Xmn2m -Xmx24m");
        variables.put("LATCHKEY_AUTHZ_LISTEN", "127.0.0.1:" + port);
        variables.put("LATCHKEY_OPS_LISTEN", "127.0.0.1:" + ops);
        variables.put("LATCHKEY_READY_WARM_UP", "0s");
        variables.put("LATCHKEY_CACHE_MAX_ABSENT", "10000000");
        ManagedChannel channel = Checks.channel(port);
        try (CommandProcess sidecar = CommandProcess.startAsLaunched(variables, "sidecar")) {
            Awaitility.await()
                    .atMost(FloodedSidecar.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> RawHttp.get(ops, "/readyz").status() == 200);

            for (int i = 0; i < BATCHES && sidecar.isAlive(); i++) {
                Semaphore open = new Semaphore(1 - BATCH);
                for (int j = 0; j < BATCH; j++) {
                    AuthorizationGrpc.newStub(channel)
                            .withDeadlineAfter(10, TimeUnit.SECONDS)
                            .check(FloodedSidecar.checkOfNobody(), new Counted(open));
                }
                open.acquireUninterruptibly();
            }

            assertEnded(sidecar.awaitEnd());
        } finally {
            channel.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "control", "demo", "demo-upstream", "keys list --workspace ws_1"})
    void command_tooLittleMemoryToRun_ends(String command) {
        try (CommandProcess process =
                CommandProcess.startAsLaunched(variables("-Xms2m -Xmn1m -Xmx2m"), command.split(" "))) {
            assertEnded(process.awaitEnd());
        }
    }

    private static void assertEnded(CommandProcess.Result result) {
        assertThat(result.err()).contains("java.lang.OutOfMemoryError");
        assertThat(result.out()).isEmpty();
        assertThat(result.status()).isEqualTo(STATUS);
    }

    private static Map<String, String> variables(String options) {
        return new HashMap<>(Map.of(
                "LATCHKEY_JAVA_OPTS",
                options,
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_REDIS_URI",
                REDIS.uri(),
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_TOKENS",
                AdminApi.TOKENS,
                "LATCHKEY_POLICY",
                World.HOME.resolve("envoy/policy.yaml").toString()));
    }

    /** Lets go of one permit for each check that is over, however that came. */
    private record Counted(Semaphore over) implements StreamObserver<CheckResponse> {
        @Override
        public void onNext(CheckResponse response) {}

        @Override
        public void onError(Throwable t) {
            over.release();
        }

        @Override
        public void onCompleted() {
            over.release();
        }
    }
}
