package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.cli.demo.EnvoyProcess;
import dev.latchkey.cli.demo.Ports;
import dev.latchkey.cli.demo.backend.EchoUpstream;
import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.decision.Policies;
import dev.latchkey.e2e.envoy.CheckTap;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.server.Sidecar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/**
 * A real Envoy in front of two echo upstreams, the sidecar beside it, a real Redis behind the sidecar: all on loopback,
 * all of this test's own.
 */
public final class World implements AutoCloseable {
    public static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    /** The Envoy under test; the build runs the suite on more than one. */
    public static final String ENVOY_VERSION = System.getProperty("latchkey.envoy.version", "1.40.0");

    public static final String PEPPER = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public static final String IMPORTED_LIVE = "opt_live_abc123def456ghi789";
    public static final String IMPORTED_TEST = "opt_test_abc123def456ghi789";

    private static final IndexSchema SCHEMA = new IndexSchema("latchkey:");
    private static final KeyFormat FORMAT = new KeyFormat("opt", /* acceptImported= */ true);

    private final Closing made = new Closing();
    private final Peppers peppers = Peppers.parse(PEPPER);
    public final Policy policy;
    public final RealRedis redis;
    final EchoUpstream live;
    final EchoUpstream sandbox;
    public final Sidecar sidecar;
    /** Null unless asked for. */
    public final CheckTap tap;

    public final EnvoyProcess envoy;

    /** How a world differs from the usual one. */
    public static final class Options {
        private Policy policy = reference();
        private UnaryOperator<String> envoyConfig = UnaryOperator.identity();
        private String envoyTimeout = "20s";
        private final Map<Integer, Integer> ports = new HashMap<>();
        private boolean tapped;
        private UnaryOperator<String> redisUri = UnaryOperator.identity();
        private final Map<String, String> settings =
                new HashMap<>(Map.of("LATCHKEY_AUTHZ_TIMEOUT", "10s", "LATCHKEY_REDIS_TIMEOUT", "5s"));

        public Options policy(Policy other) {
            policy = other;
            return this;
        }

        public Options envoyConfig(UnaryOperator<String> change) {
            envoyConfig = change;
            return this;
        }

        /** Gives Envoy another port instead of one that the reference configuration names. */
        public Options port(int written, int used) {
            ports.put(written, used);
            return this;
        }

        /** Keeps what Envoy asks and what the sidecar answers. */
        public Options tapped() {
            tapped = true;
            return this;
        }

        /** Lets the sidecar reach Redis by another way, such as a proxy. */
        public Options redisUri(UnaryOperator<String> change) {
            redisUri = change;
            return this;
        }

        /**
         * Gives the sidecar the timeouts that it is shipped with. Without this, all have so much patience that a busy
         * machine changes no answer; Envoy keeps some of it, so that its own timeout is surely later than the
         * sidecar's.
         */
        public Options shippedTimeouts() {
            settings.keySet().removeAll(List.of("LATCHKEY_AUTHZ_TIMEOUT", "LATCHKEY_REDIS_TIMEOUT"));
            envoyTimeout = "2s";
            return this;
        }

        public Options setting(String variable, String value) {
            settings.put(variable, value);
            return this;
        }

        public World start() {
            return new World(this);
        }
    }

    private World(Options options) {
        try {
            policy = options.policy;
            redis = new RealRedis();
            redis.start();
            made.add(redis::kill);
            Path folder = Files.createTempDirectory("latchkey-e2e");
            made.add(() -> deleteFolder(folder));
            live = add(new EchoUpstream("live", 0));
            sandbox = add(new EchoUpstream("sandbox", 0));
            sidecar = add(Sidecar.start(settings(options), new Policies(policy, Map.of())));
            Awaitility.await().until(sidecar::ready);
            tap = options.tapped ? add(new CheckTap(sidecar.authzPort())) : null;
            envoy = add(new EnvoyProcess(
                    EnvoyProcess.find(HOME, ENVOY_VERSION),
                    options.envoyConfig.apply(config(options)),
                    ports(options),
                    folder));
        } catch (Exception | Error e) {
            close();
            throw new AssertionError("the world does not start", e);
        }
    }

    private static String config(Options options) throws IOException {
        String config = Files.readString(HOME.resolve("envoy/envoy.yaml"));
        assertThat(config).contains("timeout: 0.2s ");
        return config.replace("timeout: 0.2s ", "timeout: " + options.envoyTimeout + " ");
    }

    private Map<Integer, Integer> ports(Options options) throws IOException {
        Map<Integer, Integer> ports =
                new HashMap<>(Map.of(10_000, Ports.any(), 9901, Ports.any(), 8080, live.port(), 8081, sandbox.port()));
        if (sidecar.authzPort() > 0) {
            ports.put(9191, tap == null ? sidecar.authzPort() : tap.port());
        }
        ports.putAll(options.ports);
        return ports;
    }

    public static Policy reference() {
        Path file = HOME.resolve("envoy/policy.yaml");
        try {
            return Policy.parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Mints a key and puts its record into the index as other services may. */
    public String store(String id, String workspace, Environment environment, String... scopes) {
        PresentedKey key = new KeyFormat("opt", false).mint(environment, new SecureRandom());
        put(key, new KeyRecord(id, workspace, environment, Set.of(scopes), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1));
        return key.reveal();
    }

    public void put(String key, KeyRecord record) {
        put(((Credential.Presented) FORMAT.parse(key)).key(), record);
    }

    private void put(PresentedKey key, KeyRecord record) {
        redis.store(SCHEMA, peppers.newest(key), record);
    }

    public void putWorkspace(String id, boolean active) {
        redis.store(SCHEMA, new WorkspaceRecord(id, active, 1));
    }

    /** Sends one request without body; {@code headers} are whole lines. */
    public RawHttp.Response send(String method, String path, String... headers) {
        StringBuilder request =
                new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: api.example.com\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return raw(request.append("\r\n").toString());
    }

    public RawHttp.Response get(String path, String key) {
        return send("GET", path, "Authorization: Bearer " + key);
    }

    public RawHttp.Response raw(String request) {
        return RawHttp.send(envoy.port(), request);
    }

    /** Returns how many requests have reached either upstream. */
    public long upstreamRequests() {
        return live.requests() + sandbox.requests();
    }

    /** Returns the access log's entries, once there are {@code count}. */
    public List<JsonNode> accessLog(int count) {
        return Awaitility.await()
                .until(
                        () -> {
                            try (var lines = Files.lines(envoy.log())) {
                                return lines.filter(line -> line.startsWith("{"))
                                        .map(World::json)
                                        .toList();
                            }
                        },
                        entries -> entries.size() >= count);
    }

    public static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    /** Asserts that the answer is the problem document of {@code code}, whole and consistent. */
    public static void assertProblem(RawHttp.Response response, int status, String code) {
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.header("content-type")).isEqualTo("application/problem+json");
        JsonNode body = json(response.body());
        assertThat(body.get("type").asText()).isEqualTo("urn:latchkey:error:" + code);
        assertThat(body.get("code").asText()).isEqualTo(code);
        assertThat(body.get("status").asInt()).isEqualTo(status);
        assertThat(body.get("title").asText()).isNotBlank();
        assertThat(body.get("detail").asText()).isNotBlank();
    }

    @Override
    public void close() {
        made.close();
    }

    private <T extends AutoCloseable> T add(T part) {
        return made.add(part);
    }

    private Settings settings(Options options) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS", PEPPER,
                "LATCHKEY_REDIS_URI", options.redisUri.apply(redis.uri()),
                "LATCHKEY_KEYS_ACCEPT_IMPORTED", "true",
                "LATCHKEY_AUTHZ_LISTEN", "127.0.0.1:0",
                "LATCHKEY_OPS_LISTEN", "127.0.0.1:0",
                // The JVM of the tests is warm.
                "LATCHKEY_READY_WARM_UP", "0s",
                "LATCHKEY_DRAIN_DELAY", "0s"));
        variables.putAll(options.settings);
        return SettingsLoader.load(SettingsLoader.ProcessKind.SIDECAR, null, variables)
                .settings();
    }

    private static void deleteFolder(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
