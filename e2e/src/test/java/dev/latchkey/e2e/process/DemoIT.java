package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.cli.demo.Ports;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** {@code latchkey demo} as a user runs it: each line that it prints holds, and nothing is left when it ends. */
@Tag("one-envoy")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {
    private static final Pattern EXPORT = Pattern.compile("export ([A-Z_]+)='([^']*)'");

    @TempDir
    static Path folder;

    private static CommandProcess demo;
    private static Map<String, String> env;
    private static ServerSocket taken;

    @BeforeAll
    static void start() throws IOException {
        taken = new ServerSocket(Ports.any(), 1, InetAddress.getLoopbackAddress());
        Path envFile = folder.resolve("demo.env");
        demo = CommandProcess.start(
                Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + Files.createDirectory(folder.resolve("tmp"))),
                "demo",
                "--port",
                Integer.toString(taken.getLocalPort()),
                "--env-file",
                envFile.toString());
        demo.awaitOutput("\nready;");
        Awaitility.await().until(() -> Files.exists(envFile));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(envFile)))
                .isEqualTo("rw-------");
        env = exports(Files.readString(envFile));
    }

    @AfterAll
    static void stop() throws IOException {
        taken.close();
        if (demo != null) {
            demo.close();
        }
    }

    /** What stands above a line, and the lines. */
    private record Block(int status, String expected, List<String> lines) {}

    @Test
    @Order(1)
    void printedLines_pastedIntoAShell_giveTheAnswerPrintedAboveThem() throws Exception {
        List<Block> blocks = blocks(demo.out());
        assertThat(blocks)
                .extracting(Block::expected)
                .contains(
                        "live",
                        "sandbox",
                        "AUTH_INVALID_KEY",
                        "AUTH_EXPIRED_KEY",
                        "AUTH_INSUFFICIENT_SCOPE",
                        "AUTH_TENANT_INACTIVE",
                        "AUTH_INVALID_REQUEST",
                        "AUTH_UNAVAILABLE");

        for (Block block : blocks) {
            // On a busy machine the demo's timeouts of 50 and 200 ms may pass: then the answer is 503, and one asks
            // again.
            Awaitility.await().untilAsserted(() -> assertAnswer(block));
        }
    }

    private static void assertAnswer(Block block) throws IOException, InterruptedException {
        String answer = shell(String.join("\n", block.lines));

        assertThat(answer).as(String.join("\n", block.lines)).startsWith("HTTP/1.1 " + block.status + " ");
        String member = block.status == 200 ? "upstream" : "code";
        JsonNode body = World.json(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(body.get(member).asText()).as(answer).isEqualTo(block.expected);
    }

    @Test
    @Order(2)
    void takenPort_theNextFreeOne_isUsed() {
        assertThat(env.get("LATCHKEY_DEMO_URL")).isNotEqualTo("http://127.0.0.1:" + taken.getLocalPort());
    }

    @Test
    @Order(3)
    void envFile_names_areThoseOfTheContract() {
        assertThat(env)
                .containsOnlyKeys(
                        "LATCHKEY_DEMO_URL",
                        "LATCHKEY_DEMO_LIVE_KEY",
                        "LATCHKEY_DEMO_TEST_KEY",
                        "LATCHKEY_DEMO_READONLY_KEY",
                        "LATCHKEY_DEMO_EXPIRED_KEY",
                        "LATCHKEY_DEMO_REVOKED_KEY",
                        "LATCHKEY_DEMO_INACTIVE_KEY",
                        "LATCHKEY_DEMO_SIDECAR",
                        "LATCHKEY_DEMO_OPS",
                        "LATCHKEY_CONTROL",
                        "LATCHKEY_TOKEN",
                        "LATCHKEY_REDIS_URI",
                        "LATCHKEY_PEPPERS");
    }

    @Test
    @Order(4)
    void key_createdUsedRevoked_isRefusedAtOnce() {
        CommandProcess.Result created = latchkey(
                "keys",
                "create",
                "--workspace",
                "ws_demo",
                "--name",
                "CRM Integration",
                "--scope",
                "cases:read",
                "--output",
                "json");
        assertThat(created.status()).as(created.err()).isZero();
        String key = World.json(created.out()).get("secret").asText();
        String id = World.json(created.out()).at("/key/id").asText();
        assertThat(statusOf(key)).isEqualTo(200);

        CommandProcess.Result revoked = latchkey("keys", "revoke", id, "--reason", "leaked");

        assertThat(revoked.status()).as(revoked.err()).isZero();
        assertThat(statusOf(key)).isEqualTo(401);
        assertThat(latchkey("keys", "list", "--workspace", "ws_demo").out()).doesNotContain(id);
        assertThat(latchkey("keys", "list", "--workspace", "ws_demo", "--all").out())
                .contains(id, "revoked");
        assertThat(latchkey("keys", "revoke", id).status()).as("revoking twice").isZero();
    }

    @Test
    @Order(5)
    void workspace_deactivatedAndActivated_itsKeysFollowAtOnce() {
        assertThat(latchkey("workspaces", "create", "ws_it").status()).isZero();
        CommandProcess.Result created = latchkey(
                "keys", "create", "--workspace", "ws_it", "--name", "x", "--scope", "cases:read", "--output", "json");
        String key = World.json(created.out()).get("secret").asText();
        assertThat(statusOf(key)).isEqualTo(200);

        assertThat(latchkey("workspaces", "deactivate", "ws_it").status()).isZero();
        assertThat(statusOf(key)).isEqualTo(403);
        assertThat(latchkey("workspaces", "activate", "ws_it").status()).isZero();
        assertThat(statusOf(key)).isEqualTo(200);
    }

    @Test
    @Order(6)
    void controlPlane_badInput_hasItsExitStatus() {
        assertThat(latchkey("keys", "create", "--workspace", "ws_gone", "--name", "x", "--scope", "cases:read")
                        .status())
                .isEqualTo(1);
        assertThat(latchkey("keys", "create", "--workspace", "ws_demo", "--name", "x", "--scope", "cases:raed"))
                .satisfies(result -> {
                    assertThat(result.status()).isEqualTo(1);
                    assertThat(result.err()).contains("cases:raed").contains("cases:read");
                });
        assertThat(latchkey("keys", "create", "--workspace", "ws_demo").status())
                .isEqualTo(2);
        assertThat(latchkey(Map.of("LATCHKEY_TOKEN", "wrong"), "workspaces", "list")
                        .status())
                .isEqualTo(1);
        assertThat(latchkey(Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:1"), "workspaces", "list")
                        .status())
                .isEqualTo(3);
    }

    @Test
    @Order(7)
    void sidecarUser_ofRedis_cannotWriteAKey() {
        String uri = env.get("LATCHKEY_REDIS_URI");
        try (var client = RedisClient.create(uri);
                var connection = client.connect()) {
            assertThat(connection.sync().aclGetuser("sidecar").toString()).doesNotContain("+hset", "+config", "+@all");
        }
    }

    @Test
    @Order(8)
    void metrics_afterAllThat_countDecisionsAndShowNoSecret() {
        for (String address : List.of(env.get("LATCHKEY_DEMO_OPS"), env.get("LATCHKEY_CONTROL"))) {
            int port = Integer.parseInt(address.replaceAll(".*:", ""));
            RawHttp.Response metrics = RawHttp.send(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(metrics.status()).isEqualTo(200);
            assertThat(metrics.body()).contains("jvm_memory_used_bytes").doesNotContain(secrets());
        }
        assertThat(RawHttp.send(
                                Integer.parseInt(env.get("LATCHKEY_DEMO_OPS").replaceAll(".*:", "")),
                                "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                        .body())
                .containsPattern("latchkey_decisions_total\\{code=\"AUTH_INVALID_KEY\",reason=\"revoked_key\"} [1-9]");
    }

    @Test
    @Order(9)
    void interrupt_demoEnds_leavingNothingRunning() {
        List<ProcessHandle> children = demo.children();
        assertThat(children).hasSizeGreaterThanOrEqualTo(2);

        CommandProcess.Result ended = demo.interrupt();

        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(folder.resolve("tmp")).isEmptyDirectory();
        assertThat(ended.err()).doesNotContain("Exception").doesNotContain(secrets());
    }

    private static String[] secrets() {
        return env.entrySet().stream()
                .filter(entry -> entry.getKey().matches(".*(_KEY|_TOKEN|_PEPPERS)"))
                .map(Map.Entry::getValue)
                .toArray(String[]::new);
    }

    private static CommandProcess.Result latchkey(String... arguments) {
        return latchkey(Map.of(), arguments);
    }

    private static CommandProcess.Result latchkey(Map<String, String> more, String... arguments) {
        Map<String, String> variables = new TreeMap<>(
                Map.of("LATCHKEY_CONTROL", env.get("LATCHKEY_CONTROL"), "LATCHKEY_TOKEN", env.get("LATCHKEY_TOKEN")));
        variables.putAll(more);
        return CommandProcess.run(variables, arguments);
    }

    private static int statusOf(String key) {
        int port = Integer.parseInt(env.get("LATCHKEY_DEMO_URL").replaceAll(".*:", ""));
        String request = "GET /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n";
        // 503 is no decision; see above.
        return Awaitility.await().until(() -> RawHttp.send(port, request).status(), status -> status != 503);
    }

    private static Map<String, String> exports(String text) {
        Map<String, String> exports = new TreeMap<>();
        for (String line : text.lines().toList()) {
            Matcher export = EXPORT.matcher(line);
            assertThat(export.matches()).as(line).isTrue();
            exports.put(export.group(1), export.group(2));
        }
        return exports;
    }

    private static List<Block> blocks(String out) {
        List<Block> blocks = new ArrayList<>();
        for (String part : out.split("\n\n")) {
            List<String> lines = part.strip().lines().toList();
            Matcher title = Pattern.compile("# ([0-9]{3}) (\\w+): .*").matcher(lines.get(0));
            if (title.matches()) {
                blocks.add(new Block(Integer.parseInt(title.group(1)), title.group(2), lines.subList(1, lines.size())));
            }
        }
        return blocks;
    }

    private static String shell(String script) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("bash", "-e")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        shell.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(script).isZero();
        return out;
    }
}
