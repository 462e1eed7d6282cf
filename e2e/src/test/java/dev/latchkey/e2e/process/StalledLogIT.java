package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.FullPipe;
import dev.latchkey.e2e.MalformedFrames;
import dev.latchkey.e2e.Metrics;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.e2e.abuse.FloodedSidecar;
import dev.latchkey.redis.RealRedis;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes whose standard error nobody reads, while malformed frames ask for a line each: they answer and end as ever.
 */
@Tag("one-envoy")
class StalledLogIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    /** Each a stack trace of 4 KB, if it is logged. */
    private static final int MALFORMED = 400;

    @TempDir
    private Path folder;

    @Test
    void sidecar_whoseLogNobodyReads_answersBesideMalformedFramesAndEnds() throws Exception {
        int port = RealRedis.freePort();
        int ops = RealRedis.freePort();
        ManagedChannel channel = Checks.channel(port);
        try (FullPipe err = new FullPipe(folder);
                CommandProcess sidecar = CommandProcess.startUnread(err, variables(port, ops), "sidecar")) {
            awaitReady(ops);
            for (int i = 0; i < MALFORMED; i++) {
                MalformedFrames.send(port);
                if (i % 50 == 0) {
                    assertThat(Checks.ask(channel, World.IMPORTED_LIVE)).contains("unknown_key");
                }
            }

            assertThat(Checks.ask(channel, World.IMPORTED_LIVE)).contains("unknown_key");
            assertThat(RawHttp.get(ops, "/livez").status()).isEqualTo(200);
            assertThat(end(sidecar)).isZero();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void control_whoseLogNobodyReads_answersBesideMalformedFramesAndEnds() throws Exception {
        int port = RealRedis.freePort();
        int ops = RealRedis.freePort();
        try (FullPipe err = new FullPipe(folder);
                CommandProcess control = CommandProcess.startUnread(err, variables(port, ops), "control")) {
            awaitReady(ops);
            for (int i = 0; i < MALFORMED; i++) {
                MalformedFrames.send(port);
                RawHttp.Response refused = RawHttp.get(port, "/v1/workspaces");
                assertThat(refused.status()).isEqualTo(401);
            }

            assertThat(RawHttp.get(port, "/readyz").status()).isEqualTo(200);
            assertThat(RawHttp.get(ops, "/readyz").status()).isEqualTo(200);
            assertThat(Metrics.at(ops, "latchkey_log_dropped_total{cause=\"limit\"}"))
                    .isPositive();
            assertThat(end(control)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "control"})
    void process_inWhichOthersWriteToStandardErrorThatNobodyReads_keepsNobodyWaiting(String command) throws Exception {
        int ops = RealRedis.freePort();
        try (FullPipe err = new FullPipe(folder);
                CommandProcess process = CommandProcess.startUnread(
                        err, StrayWriter.class.getName(), variables(RealRedis.freePort(), ops), command)) {
            process.awaitOutput(StrayWriter.DONE);
            awaitReady(ops);

            assertThat(Metrics.at(ops, "latchkey_log_dropped_total{cause=\"limit\"}"))
                    .isPositive();
            assertThat(end(process)).isZero();
        }
    }

    private static int end(CommandProcess process) {
        process.askToStop();
        return process.awaitStatus();
    }

    private static void awaitReady(int ops) {
        Awaitility.await()
                .atMost(FloodedSidecar.PATIENCE)
                .ignoreExceptions()
                .until(() -> RawHttp.get(ops, "/readyz").status() == 200);
    }

    private static Map<String, String> variables(int port, int ops) {
        Map<String, String> variables = new HashMap<>();
        variables.put("LATCHKEY_PEPPERS", World.PEPPER);
        variables.put("LATCHKEY_REDIS_URI", REDIS.uri());
        variables.put("LATCHKEY_REDIS_TIMEOUT", "5s");
        variables.put("LATCHKEY_AUTHZ_TIMEOUT", "10s");
        variables.put("LATCHKEY_KEYS_ACCEPT_IMPORTED", "true");
        variables.put("LATCHKEY_DRAIN_DELAY", "0s");
        variables.put("LATCHKEY_CONTROL_TOKENS", AdminApi.TOKENS);
        variables.put("LATCHKEY_POLICY", World.HOME.resolve("envoy/policy.yaml").toString());
        for (String listen : new String[] {"AUTHZ_LISTEN", "CONTROL_LISTEN"}) {
            variables.put("LATCHKEY_" + listen, "127.0.0.1:" + port);
        }
        for (String listen : new String[] {"OPS_LISTEN", "CONTROL_OPS_LISTEN"}) {
            variables.put("LATCHKEY_" + listen, "127.0.0.1:" + ops);
        }
        return variables;
    }
}
