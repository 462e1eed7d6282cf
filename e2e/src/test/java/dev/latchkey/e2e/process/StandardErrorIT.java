package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.Launcher;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.e2e.abuse.FloodedSidecar;
import dev.latchkey.redis.RealRedis;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the processes write to standard error from start to end: lines of the log, and no warning of the JVM, which
 * writes it on the thread that it warns of.
 */
@Tag("one-envoy")
class StandardErrorIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final Pattern LOG_LINE =
            Pattern.compile("20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z (INFO|WARN|ERROR) +(?!stderr )\\w+ .*");

    private final int port = RealRedis.freePort();
    private final int ops = RealRedis.freePort();

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "control"})
    void process_startedByTheLauncher_writesLinesOfItsLogAlone(String command) {
        assertLinesOfTheLog(Launcher.line(Map.of(), command), command);
    }

    @Test
    void jvm_withoutThoseOptions_warnsFromJdk24On() {
        List<String> bare = Launcher.line(Map.of(), "sidecar").stream()
                .filter(word -> !word.startsWith("--enable-native") && !word.startsWith("--sun-misc"))
                .toList();

        assertThat(stray(bare, "sidecar").isEmpty()).isEqualTo(Runtime.version().feature() < 24);
    }

    void assertLinesOfTheLog(List<String> jvm, String command) {
        assertThat(stray(jvm, command)).isEmpty();
    }

    /** Returns what a process writes to standard error besides its log. */
    private List<String> stray(List<String> jvm, String command) {
        try (CommandProcess process = CommandProcess.startBy(jvm, variables(), command)) {
            Awaitility.await()
                    .atMost(FloodedSidecar.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> RawHttp.get(ops, "/readyz").status() == 200);
            CommandProcess.Result result = process.terminate();
            assertThat(result.status()).isZero();
            assertThat(result.err()).contains(" INFO ");
            return result.err()
                    .lines()
                    .filter(line -> !LOG_LINE.matcher(line).matches())
                    .toList();
        }
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>();
        variables.put("LATCHKEY_PEPPERS", World.PEPPER);
        variables.put("LATCHKEY_REDIS_URI", REDIS.uri());
        variables.put("LATCHKEY_REDIS_TIMEOUT", "5s");
        variables.put("LATCHKEY_AUTHZ_TIMEOUT", "10s");
        variables.put("LATCHKEY_DRAIN_DELAY", "0s");
        variables.put("LATCHKEY_CONTROL_TOKENS", AdminApi.TOKENS);
        variables.put("LATCHKEY_POLICY", World.HOME.resolve("envoy/policy.yaml").toString());
        for (String listen : List.of("AUTHZ_LISTEN", "CONTROL_LISTEN")) {
            variables.put("LATCHKEY_" + listen, "127.0.0.1:" + port);
        }
        for (String listen : List.of("OPS_LISTEN", "CONTROL_OPS_LISTEN")) {
            variables.put("LATCHKEY_" + listen, "127.0.0.1:" + ops);
        }
        return variables;
    }
}
