package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import dev.latchkey.config.AdminToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code latchkey sidecar} and {@code latchkey control}, without a Redis: both start without one. */
class ProcessCommandTest {
    private static final String PEPPERS = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    @TempDir
    private Path folder;

    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void configure() throws IOException {
        Path policy = Files.writeString(
                folder.resolve("policy.yaml"), "scopes:\n  a: A\nroutes:\n  - match: GET /a\n    scope: a\n");
        variables.put("LATCHKEY_PEPPERS", PEPPERS);
        variables.put("LATCHKEY_CONTROL_TOKENS", "test:operator:" + AdminToken.hash("token"));
        variables.put("LATCHKEY_REDIS_URI", "redis://127.0.0.1:1");
        variables.put("LATCHKEY_POLICY", policy.toString());
        variables.put("LATCHKEY_AUTHZ_LISTEN", "127.0.0.1:0");
        variables.put("LATCHKEY_OPS_LISTEN", "127.0.0.1:0");
        variables.put("LATCHKEY_CONTROL_LISTEN", "127.0.0.1:0");
        variables.put("LATCHKEY_CONTROL_OPS_LISTEN", "127.0.0.1:0");
        variables.put("LATCHKEY_DRAIN_DELAY", "0s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "control"})
    void process_toldToStop_endsWithSuccess(String process) {
        Termination termination = Termination.onRequest();
        termination.request();

        Run run = Run.of(new Surroundings(variables, termination, Duration.ofSeconds(1), () -> ""), process);

        assertThat(run).isEqualTo(new Run(0, "", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "control"})
    void process_sigterm_endsWithSuccessAndAnEmptyStandardOutput(String process) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        for (int i = 1; i <= 48; i++) {
            variables.put("LATCHKEY_A_PORT_" + i, "tcp://10.0.0.1:80");
        }
        Process started = start(process, out, err);
        try {
            // Logged once the signal is caught and the ports are bound.
            String up = process.equals("sidecar") ? "answering checks on" : "control plane on";
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !started.isAlive() || Files.readString(err).contains(up));

            started.destroy();

            assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(err))
                    // The port that the system chose, once.
                    .containsPattern(up + " 127\\.0\\.0\\.1:[1-9][0-9]*(\n|, /metrics)")
                    .contains("stopped")
                    .doesNotContain("\tat ");
            // Six services of Kubernetes, eight variables each.
            assertThat(Files.readString(err)
                            .lines()
                            .filter(line -> line.contains(" WARN ") && line.contains("not settings")))
                    .singleElement()
                    .asString()
                    .contains("LATCHKEY_A_PORT_1", "LATCHKEY_A_PORT_48");
            assertThat(started.exitValue()).isZero();
            assertThat(out).isEmptyFile();
        } finally {
            started.destroyForcibly();
        }
    }

    /** As where the file system is read-only: there is no folder for what Netty unpacks. */
    @Test
    void sidecar_sharedPortWithoutAFolderForTheNativeLibrary_namesTheFolder() throws Exception {
        variables.put("LATCHKEY_AUTHZ_SHARE_PORT", "true");
        variables.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=/proc");
        Path err = folder.resolve("err");

        Process started = start("sidecar", folder.resolve("out"), err);

        assertThat(started.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(started.exitValue()).isEqualTo(2);
        assertThat(Files.readString(err))
                .contains("authz.listen: cannot listen on 127.0.0.1:0: a shared port needs Netty's native"
                        + " library, which cannot be unpacked into and loaded from /proc (expected: ");
    }

    @Test
    void control_wrongSettings_areReportedAllAtOnce() {
        variables.remove("LATCHKEY_PEPPERS");
        variables.remove("LATCHKEY_CONTROL_TOKENS");
        variables.put("LATCHKEY_REDIS_TIMEOUT", "soon");

        Run run = run("control");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("latchkey: 3 problems in the settings:\n  ")
                .contains("\n  keys.peppers: not set", "\n  redis.timeout (from LATCHKEY_REDIS_TIMEOUT): soon")
                .contains("  control.tokens: not set")
                .hasLineCount(4);
    }

    @Test
    void sidecar_unreadableConfig_isReported() {
        Run run = run("sidecar", "--config", "/nowhere/latchkey.yaml");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("/nowhere/latchkey.yaml").contains("no such file");
    }

    @Test
    void sidecar_config_isRead() throws IOException {
        Path config = Files.writeString(folder.resolve("latchkey.yaml"), "redis:\n  timout: 1s\n");

        Run run = run("sidecar", "--config", config.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("redis.timout");
    }

    @Test
    void sidecar_wrongPolicies_areReportedAllAtOnce() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "routes:\n  - match: GET /a\n    scope: b\n");
        variables.put("LATCHKEY_POLICY", "/nowhere/policy.yaml");
        variables.put("LATCHKEY_POLICIES", "other=" + wrong);

        Run run = run("sidecar");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .contains(
                        " problems in the settings:\n",
                        "  policy (from LATCHKEY_POLICY): /nowhere/policy.yaml: no such file",
                        "  " + wrong + ":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar AUTHZ", "sidecar OPS", "control CONTROL"})
    void process_takenPort_isNamed(String processAndPort) throws IOException {
        String[] words = processAndPort.split(" ");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            variables.put("LATCHKEY_" + words[1] + "_LISTEN", "127.0.0.1:" + taken.getLocalPort());

            Run run = run(words[0]);

            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err())
                    .isEqualTo("latchkey: " + words[1].toLowerCase(Locale.ROOT) + ".listen: cannot listen on 127.0.0.1:"
                            + taken.getLocalPort() + ": Address already in use\n");
        }
    }

    @Test
    void sidecar_unknownLogLevel_isRefused() {
        variables.put("LATCHKEY_LOG_LEVEL", "loud");

        assertThat(run("sidecar")).isEqualTo(new Run(2, "", """
                        latchkey: 1 problem in the settings:
                          LATCHKEY_LOG_LEVEL: loud (expected: one of ERROR, WARN, INFO, DEBUG, TRACE)
                        """));
    }

    @Test
    void sidecar_wrongSettingsPolicyAndLogLevel_areReportedAllAtOnce() throws IOException {
        variables.put("LATCHKEY_LOG_LEVEL", "loud");
        variables.put("LATCHKEY_DRAIN_DELAY", "soon");
        variables.remove("LATCHKEY_POLICY");
        Path config = Files.writeString(folder.resolve("latchkey.yaml"), "realm: x\npolicy: gone.yaml\n");

        Run run = run("sidecar", "--config", config.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("latchkey: 3 problems in the settings:\n")
                .contains(
                        "  LATCHKEY_LOG_LEVEL: loud (",
                        "  drain.delay (from LATCHKEY_DRAIN_DELAY): soon (",
                        "  policy (from " + config + ":2): gone.yaml, that is " + folder.resolve("gone.yaml")
                                + ": no such file (expected: a policy file)\n")
                .hasLineCount(4);
    }

    @Test
    void sidecar_policyBesideItsConfig_isFoundFromAnyFolder() throws IOException {
        variables.remove("LATCHKEY_POLICY");
        Path config = Files.writeString(folder.resolve("latchkey.yaml"), "policy: policy.yaml\n");
        Termination termination = Termination.onRequest();
        termination.request();

        Run run = Run.of(
                new Surroundings(variables, termination, Duration.ofSeconds(1), () -> ""),
                "sidecar",
                "--config",
                config.toString());

        assertThat(run).isEqualTo(new Run(0, "", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar AUTHZ", "sidecar OPS", "control CONTROL"})
    void process_hostThatIsNotThere_isNamed(String processAndPort) {
        String[] words = processAndPort.split(" ");
        variables.put("LATCHKEY_" + words[1] + "_LISTEN", "gone.invalid:0");

        Run run = run(words[0]);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("latchkey: " + words[1].toLowerCase(Locale.ROOT)
                        + ".listen: cannot listen on gone.invalid:0: no such host\n");
    }

    private Run run(String... args) {
        return Run.of(variables, args);
    }

    private Process start(String command, Path out, Path err) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                command));
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LATCHKEY_"));
        builder.environment().putAll(variables);
        return builder.start();
    }
}
