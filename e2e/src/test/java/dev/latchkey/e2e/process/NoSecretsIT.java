package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.demo.EnvoyProcess;
import dev.latchkey.cli.demo.Ports;
import dev.latchkey.cli.demo.backend.EchoUpstream;
import dev.latchkey.config.AdminToken;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.Markers;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.health.RedisUsers;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of a few keys with every mistake that people make, on real processes that log all they can, with faults on
 * the way: afterwards no piece of a key, pepper, admin token or password is in anything that a process wrote or shows.
 */
@Tag("one-envoy")
class NoSecretsIT {
    private static final int START = 13;
    private static final String PEPPER = "1:"
            + Base64.getEncoder()
                    .encodeToString("Marker-Of-The-Pepper-0123456789-XYZ".getBytes(StandardCharsets.US_ASCII));
    private static final String TOKEN = "latchkey_admin_MARKERofTheToken-0123456789_abcdefghij";
    private static final String WRONG_TOKEN = "latchkey_admin_MARKERofAWrongToken-0123456789_abcdef";
    private static final String SIDECAR_PASSWORD = "MARKERsidecarPASSWORD0123";
    private static final String CONTROL_PASSWORD = "MARKERcontrolPASSWORD4567";
    private static final String WRONG_PASSWORD = "MARKERwrongPASSWORD89";
    private static final String IMPORTED = "opt_live_MARKERimportedKEY0987654321";
    private static final String TYPO = "opt_live_MARKERwrongCHECKSUM0123456789abcd000000";
    private static final String IN_PATH = "opt_live_MARKERinAPATHnotOurLOG12345";

    /** What the user gives, which holds secrets; all else may not. */
    @TempDir
    private Path given;

    @TempDir
    private Path left;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final Markers markers = new Markers();
    private final Map<String, String> shown = new LinkedHashMap<>();
    private final int authzPort = RealRedis.freePort();
    private final int opsPort = RealRedis.freePort();
    private final int controlPort = RealRedis.freePort();
    private RealRedis redis;
    private CommandProcess sidecar;
    private CommandProcess control;
    private EnvoyProcess envoy;

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void wholeRun_withEveryMistakeAndFault_showsNoSecret() throws Exception {
        List<String> before = names(Path.of("."));
        addSecrets();
        start();
        String key = created("opt_live", "keys", "create", "--workspace", "ws_1", "--name", "CRM");
        String test =
                created("opt_test", "keys", "create", "--workspace", "ws_1", "--name", "T", "--environment", "test");
        String leaked = created("opt_live", "keys", "create", "--workspace", "ws_1", "--name", "leaked");
        putImported();
        Awaitility.await().until(() -> status("Authorization: Bearer " + key) == 200);

        for (String secret : List.of(key, test, IMPORTED, TYPO, TOKEN)) {
            requests(secret);
        }
        undecodable(key);
        commands(key);
        cli(leaked, "keys", "revoke", "--key-stdin", "--reason", "found in a log");
        Awaitility.await().until(() -> status("Authorization: Bearer " + leaked) == 401);
        requests(leaked);
        redisFails(key, leaked);
        wrongSettings();

        gather();
        assertThat(names(Path.of("."))).as("left in the working folder").isEqualTo(before);
        assertThat(findings()).isEmpty();
        assertThat(shown.get("sidecar, standard error"))
                .contains("answering checks on")
                .contains("stopped");
        assertThat(shown.get("control, standard error"))
                .contains("key.create key_")
                .contains("key.revoke key_");
        assertThat(shown.get("left: envoy/envoy.log")).contains("\"auth_reason\":\"revoked_key\"");
        assertThat(shown.get("sidecar /metrics")).contains("reason=\"revoked_key\"");
        assertThat(shown.keySet()).anyMatch(name -> name.matches("left: redis/.*\\.aof"));
    }

    private void addSecrets() {
        markers.add("the pepper", PEPPER.substring(2), 0);
        markers.add("the pepper", "Marker-Of-The-Pepper-0123456789-XYZ", 0);
        markers.add("the admin token", TOKEN, "latchkey_admin_".length());
        markers.add("a wrong admin token", WRONG_TOKEN, "latchkey_admin_".length());
        markers.add("the sidecar's password", SIDECAR_PASSWORD, 0);
        markers.add("the control plane's password", CONTROL_PASSWORD, 0);
        markers.add("a wrong password", WRONG_PASSWORD, 0);
        markers.add("an imported key", IMPORTED, START);
        markers.add("a key with a typing error", TYPO, START);
        markers.add("a key in a path", IN_PATH, START);
    }

    private void start() throws Exception {
        for (String folder : List.of("tmp", "redis", "envoy")) {
            Files.createDirectory(left.resolve(folder));
        }
        startRedis();
        Path config = Files.writeString(given.resolve("control.yaml"), """
                redis.uri-file: %s
                keys.peppers-file: %s
                keys.accept-imported: true
                control:
                  listen: 127.0.0.1:%d
                  ops-listen: 127.0.0.1:0
                  tokens: [{name: test, role: operator, hash: "%s"}]
                policy: %s
                """.formatted(
                        Files.writeString(given.resolve("uri"), uri("control", CONTROL_PASSWORD)),
                        Files.writeString(given.resolve("peppers"), PEPPER),
                        controlPort,
                        AdminToken.hash(TOKEN),
                        World.HOME.resolve("envoy/policy.yaml")));
        control = add(CommandProcess.start(process(Map.of()), "control", "--config", config.toString()));
        sidecar = add(CommandProcess.start(sidecar(SIDECAR_PASSWORD, authzPort, opsPort), "sidecar"));
        Awaitility.await().until(() -> reachable(controlPort) && reachable(opsPort));
        EchoUpstream upstream = add(new EchoUpstream("live", 0));
        envoy = add(new EnvoyProcess(
                EnvoyProcess.find(World.HOME, World.ENVOY_VERSION),
                Files.readString(World.HOME.resolve("envoy/envoy.yaml")).replace("timeout: 0.2s ", "timeout: 20s "),
                Map.of(
                        10_000,
                        Ports.any(),
                        9901,
                        Ports.any(),
                        9191,
                        authzPort,
                        8080,
                        upstream.port(),
                        8081,
                        upstream.port()),
                left.resolve("envoy")));
        assertThat(cli("", "workspaces", "create", "ws_1").status()).isZero();
    }

    /** What Redis is told goes into its append-only file, word for word. */
    private void startRedis() throws IOException {
        String rules = "user default on nopass ~* &* +@all\n"
                + "user sidecar on >" + SIDECAR_PASSWORD + " " + String.join(" ", RedisUsers.sidecar("latchkey:"))
                + "\n"
                + "user control on >" + CONTROL_PASSWORD + " " + String.join(" ", RedisUsers.control("latchkey:"))
                + "\n";
        Path folder = left.resolve("redis");
        redis = new RealRedis(
                "--aclfile",
                Files.writeString(given.resolve("users.acl"), rules).toString(),
                "--dir",
                folder.toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--aof-use-rdb-preamble",
                "no",
                "--slowlog-log-slower-than",
                "0",
                "--loglevel",
                "debug",
                "--logfile",
                folder.resolve("redis.log").toString());
        redis.start();
        made.push(redis::kill);
    }

    /** The places where people put what belongs after {@code Authorization: Bearer}, and ways to spoil it. */
    private void requests(String secret) {
        String basic = Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.US_ASCII));
        for (String header : List.of(
                "Authorization: Bearer " + secret,
                "Authorization: bearer " + secret,
                "Authorization: Bearer " + secret.toUpperCase(Locale.ROOT),
                "Authorization: Bearer " + secret + "x",
                "Authorization: Bearer " + secret.substring(0, secret.length() - 1),
                "Authorization: Bearer " + secret + "," + secret,
                "Authorization: Bearer\t" + secret,
                "Authorization: Basic " + basic,
                "Authorization: " + secret,
                "Authorization: Bearer " + secret + "\r\nAuthorization: Bearer " + secret,
                "Cookie: session=" + secret,
                "X-Api-Key: " + secret,
                "X-Request-Id: " + secret,
                "Host: " + secret,
                "X-Latchkey-Key: " + secret)) {
            String host = header.startsWith("Host") ? "" : "Host: a\r\n";
            send("GET /v1/cases?api_key=" + secret + " HTTP/1.1\r\n" + host + header);
        }
        send("GET /v1/cases;key=x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + secret);
        send("GET /v1/cases/" + IN_PATH + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + secret);
        send("GET /v1/../" + IN_PATH + "%2f HTTP/1.1\r\nHost: a");
    }

    private void send(String head) {
        String body = RawHttp.send(envoy.port(), head + "\r\n\r\n").body();
        // What passes is what the client sent, as the upstream got it.
        show("answer to a request", body.contains("\"upstream\"") ? "" : body);
    }

    /** Asked directly: Envoy would not send it. */
    private void undecodable(String key) throws Exception {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(new byte[] {0x0a, 0x7f, 0x22, 0x7d});
        message.write(key.getBytes(StandardCharsets.US_ASCII));
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", authzPort)
                .usePlaintext()
                .build();
        try {
            var method = AuthorizationGrpc.getCheckMethod();
            show(
                    "answer to garbage",
                    ClientCalls.blockingUnaryCall(
                                    channel,
                                    method.toBuilder(new Bytes(), method.getResponseMarshaller())
                                            .build(),
                                    CallOptions.DEFAULT,
                                    message.toByteArray())
                            .toString());
        } finally {
            channel.shutdownNow();
        }
    }

    private void commands(String key) {
        cli(key, "keys", "find", "--key-stdin");
        cli(key, "explain", "GET", "/v1/cases", "--key-stdin");
        cli(key + "x", "explain", "GET", "/v1/cases", "--key-stdin");
        String id = "key_00000000000000000000000000";
        for (String[] mistake : new String[][] {
            {key},
            {"keys", key},
            {"keys", "get", key},
            {"keys", "revoke", id, "--reason", key},
            {"keys", "find", "--key-stdin=" + key},
            {"keys", "find", "--key", key},
            {"keys", "list", "--workspace", key},
            {"keys", "create", "--workspace", "ws_1", "--name", key, "--scope", "cases:raed"},
            {"keys", "create", "--workspace", key, "--name", "n", "--scope", key},
            {"keys", "list", "--workspace", "ws_1", "--control", "http://" + key + "@127.0.0.1:1"},
            {"policy", "check", key},
            {TOKEN},
            {"keys", "get", TOKEN},
            {"keys", "create", "--token", TOKEN, "--workspace", "ws_1"},
            {"keys", "list", "--workspace", "ws_1", "--output", TOKEN},
            {"keys", "list", "--workspace", "ws_1", "--control", TOKEN},
            {"keys", "list", "--workspace", "ws_1", "--token-file", TOKEN},
        }) {
            cli("", mistake);
        }
        show("wrong token", CommandProcess.run(client(WRONG_TOKEN), "workspaces", "list"));
    }

    private void redisFails(String key, String leaked) throws Exception {
        redis.kill();
        requests(key);
        cli(leaked, "keys", "find", "--key-stdin");
        cli("", "keys", "list", "--workspace", "ws_1");
        redis.start();
        Awaitility.await().until(() -> status("Authorization: Bearer " + key) == 200);
    }

    private void wrongSettings() throws Exception {
        int ops = RealRedis.freePort();
        try (CommandProcess other =
                CommandProcess.start(sidecar(WRONG_PASSWORD, RealRedis.freePort(), ops), "sidecar")) {
            Awaitility.await().until(() -> other.err().contains("WRONGPASS"));
            Awaitility.await().until(() -> reachable(ops));
            show("/readyz with a wrong password", http(ops, "/readyz"));
            show("sidecar with a wrong password", other.interrupt());
        }
        Map<String, String> none = process(Map.of("LATCHKEY_POLICY", World.HOME + "/envoy/policy.yaml"));
        List<String> wrong = List.of(
                "keys.pepper: '" + PEPPER + "'\nredis.password: " + SIDECAR_PASSWORD,
                "keys.peppers: '" + PEPPER.replace("=", "") + "!'\nredis.uri: redis//sidecar:" + SIDECAR_PASSWORD
                        + "@h",
                "keys: [" + PEPPER + "]\ncontrol.tokens: " + TOKEN,
                "keys:\n  peppers: \"" + PEPPER);
        for (int i = 0; i < wrong.size(); i++) {
            Path file = Files.writeString(given.resolve("bad.yaml"), wrong.get(i));
            CommandProcess.Result refused =
                    CommandProcess.run(none, i % 2 == 0 ? "sidecar" : "control", "--config", file.toString());
            assertThat(refused.status()).as(refused.err()).isEqualTo(2);
            show("bad configuration", refused);
        }
    }

    /** Looks at the running processes from outside, ends them, and reads what is left. */
    private void gather() throws Exception {
        show("sidecar /metrics", http(opsPort, "/metrics"));
        show("sidecar /readyz", http(opsPort, "/readyz"));
        show("control /metrics", http(controlPort, "/metrics"));
        show("control /readyz", http(controlPort, "/readyz"));
        for (String page : List.of("/stats", "/config_dump", "/clusters", "/listeners")) {
            show("envoy " + page, http(envoy.adminPort(), page));
        }
        for (Map.Entry<String, CommandProcess> process :
                Map.of("sidecar", sidecar, "control", control).entrySet()) {
            Path proc = Path.of("/proc", Long.toString(process.getValue().pid()));
            show(
                    process.getKey() + " arguments",
                    Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1));
            show(process.getKey() + " threads", jcmd(process.getValue(), "Thread.print"));
            show(process.getKey() + " properties", jcmd(process.getValue(), "VM.system_properties"));
        }
        // The sidecar is given its secrets in variables; the control plane in files.
        show(
                "control variables",
                Files.readString(
                        Path.of("/proc", Long.toString(control.pid()), "environ"), StandardCharsets.ISO_8859_1));
        show("redis slow log", redis.commands().slowlogGet().toString());
        show("redis client list", redis.commands().clientList());
        show("sidecar", sidecar.interrupt());
        show("control", control.interrupt());
        try (var files = Files.walk(left)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                show("left: " + left.relativize(file), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
    }

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        shown.forEach((place, text) -> {
            Set<String> found = markers.in(text);
            if (place.equals("left: envoy/envoy.log")) {
                // The paths of requests are what an access log is for.
                found.remove("a key in a path");
            }
            found.forEach(secret -> findings.add(secret + " in " + place));
        });
        return findings;
    }

    /** Makes a key; its secret is in this one answer. */
    private String created(String start, String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--scope", "cases:read", "--output", "json"));
        CommandProcess.Result result = CommandProcess.run(client(TOKEN), line.toArray(String[]::new));
        assertThat(result.status()).as(result.err()).isZero();
        String secret = World.json(result.out()).get("secret").asText();
        assertThat(secret).startsWith(start);
        markers.add("key " + arguments[5], secret, START);
        show("keys create, standard error", result.err());
        show(
                "keys create, the key in its answer",
                World.json(result.out()).get("key").toString());
        return secret;
    }

    private void putImported() {
        IndexSchema schema = new IndexSchema("latchkey:");
        Credential.Presented key = (Credential.Presented) new KeyFormat("opt", true).parse(IMPORTED);
        KeyRecord record = new KeyRecord(
                "key_imported",
                "ws_1",
                Environment.LIVE,
                Set.of("cases:read"),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
        redis.commands().hset(schema.key(Peppers.parse(PEPPER).newest(key.key())), IndexSchema.encode(record));
    }

    private CommandProcess.Result cli(String input, String... arguments) {
        CommandProcess.Result result = CommandProcess.runWithInput(client(TOKEN), input, arguments);
        String words = Stream.of(arguments)
                .map(argument -> markers.in(argument).isEmpty()
                        ? argument
                        : markers.in(argument).toString())
                .collect(Collectors.joining(" "));
        show("latchkey " + words, result);
        return result;
    }

    private Map<String, String> client(String token) {
        return process(Map.of(
                "LATCHKEY_CONTROL", "http://127.0.0.1:" + controlPort, "LATCHKEY_TOKEN", token, "LATCHKEY_DEBUG", "1"));
    }

    private Map<String, String> sidecar(String password, int authz, int ops) {
        return process(Map.of(
                "LATCHKEY_PEPPERS",
                PEPPER,
                "LATCHKEY_REDIS_URI",
                uri("sidecar", password),
                "LATCHKEY_REDIS_TIMEOUT",
                "5s",
                "LATCHKEY_AUTHZ_TIMEOUT",
                "10s",
                "LATCHKEY_KEYS_ACCEPT_IMPORTED",
                "true",
                "LATCHKEY_AUTHZ_LISTEN",
                "127.0.0.1:" + authz,
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:" + ops,
                "LATCHKEY_DRAIN_DELAY",
                "0s",
                "LATCHKEY_POLICY",
                World.HOME + "/envoy/policy.yaml"));
    }

    /**
     * What every process of this test gets: the shipped logging, at its loudest, and a temporary folder of this test's
     * own.
     */
    private Map<String, String> process(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("LATCHKEY_LOG_LEVEL", "TRACE");
        variables.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + left.resolve("tmp"));
        return variables;
    }

    private String uri(String user, String password) {
        return redis.uri().replace("redis://", "redis://" + user + ":" + password + "@");
    }

    private int status(String header) {
        return RawHttp.send(envoy.port(), "GET /v1/cases HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n")
                .status();
    }

    private void show(String place, CommandProcess.Result result) {
        show(place + ", standard output", result.out());
        show(place + ", standard error", result.err());
    }

    private void show(String place, String text) {
        shown.merge(place, text, (one, other) -> one + "\n" + other);
    }

    private static String http(int port, String path) {
        RawHttp.Response response = RawHttp.get(port, path);
        assertThat(response.body()).as(path).isNotBlank();
        return response.body();
    }

    private static boolean reachable(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static String jcmd(CommandProcess process, String command) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).as(command).contains("latchkey");
        return text;
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        made.push(part);
        return part;
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException();
        }
    }
}
