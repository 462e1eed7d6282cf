package dev.latchkey.cli.demo;

import dev.latchkey.cli.demo.backend.EchoUpstream;
import dev.latchkey.config.AdminToken;
import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.policy.Policy;
import dev.latchkey.server.Sidecar;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The processes of the demo, started in this order: Redis, control plane, sidecar, sample backends, Envoy. {@link
 * #close} closes all started parts in reverse order. A failed start also closes the parts that were started before.
 */
final class Demo implements AutoCloseable {
    private static final String ENVOY_VERSION = "1.40.0";
    private static final int TRIES = 5;
    private static final int SECRET_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private final PrintWriter progress;
    private final String token = secret();
    private final String peppers = Peppers.generate(1, random);
    private final RedisProcess redis;
    private final ControlPlane control;
    private final Sidecar sidecar;
    private final EnvoyProcess envoy;
    private final DemoKeys keys;

    /**
     * Starts all parts and waits until they are ready.
     *
     * @param home the folder of the installation
     * @param port the port for Envoy; if it is taken, Envoy uses the next free port
     * @param progress the writer for progress messages
     */
    Demo(Path home, int port, PrintWriter progress) throws IOException, InterruptedException {
        this.progress = progress;
        try {
            Path folder = Files.createTempDirectory("latchkey-demo");
            started.push(() -> PrivateFiles.deleteFolder(folder));
            step("Envoy " + ENVOY_VERSION);
            Path binary = EnvoyProcess.find(home, ENVOY_VERSION);
            step("Redis");
            redis = add(
                    new RedisProcess(Ports.any(), new RedisProcess.Passwords(secret(), secret(), secret()), folder));
            Policy policy = policy(home);
            step("control plane");
            control = add(onFreePorts(() -> startControl(policy, Ports.from(port))));
            Waiting.until("control plane", control::ready);
            step("sidecar");
            sidecar = add(onFreePorts(() -> startSidecar(policy)));
            step("workspaces and keys");
            keys = plant(policy);
            step("upstreams");
            EchoUpstream live = add(new EchoUpstream("live", 0));
            EchoUpstream sandbox = add(new EchoUpstream("sandbox", 0));
            step("waiting until Envoy and the sidecar are ready");
            String config = Files.readString(home.resolve("envoy/envoy.yaml"));
            envoy = add(onFreePorts(() -> new EnvoyProcess(
                    binary,
                    config,
                    Map.of(
                            10_000, defaultPort("Envoy", port, port),
                            9901, Ports.any(),
                            9191, sidecar.authzPort(),
                            8080, live.port(),
                            8081, sandbox.port()),
                    folder)));
            Waiting.until("sidecar", sidecar::ready);
            // From now on, the end of a child process is reported. Before, a failed start was reported by an exception.
            redis.onEnd(failure::complete);
            envoy.onEnd(failure::complete);
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Returns a future that completes with a message for people if a process of the demo ends by itself. */
    CompletableFuture<String> failure() {
        return failure;
    }

    DemoKeys keys() {
        return keys;
    }

    String url() {
        return "http://127.0.0.1:" + envoy.port();
    }

    String controlUrl() {
        return "http://127.0.0.1:" + control.port();
    }

    String token() {
        return token;
    }

    long redisPid() {
        return redis.pid();
    }

    /** Returns the environment variables that a program needs to use the demo. Programs rely on these names. */
    Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("LATCHKEY_DEMO_URL", url());
        variables.put("LATCHKEY_DEMO_LIVE_KEY", keys.live());
        variables.put("LATCHKEY_DEMO_TEST_KEY", keys.test());
        variables.put("LATCHKEY_DEMO_READONLY_KEY", keys.readOnly());
        variables.put("LATCHKEY_DEMO_EXPIRED_KEY", keys.expired());
        variables.put("LATCHKEY_DEMO_REVOKED_KEY", keys.revoked());
        variables.put("LATCHKEY_DEMO_INACTIVE_KEY", keys.inactive());
        variables.put("LATCHKEY_DEMO_SIDECAR", "127.0.0.1:" + sidecar.authzPort());
        variables.put("LATCHKEY_DEMO_OPS", "127.0.0.1:" + sidecar.opsPort());
        variables.put("LATCHKEY_CONTROL", controlUrl());
        variables.put("LATCHKEY_TOKEN", token);
        variables.put("LATCHKEY_REDIS_URI", redis.operatorUri());
        variables.put("LATCHKEY_PEPPERS", peppers);
        return variables;
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                progress.println("demo: not closed: " + e);
            }
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        started.push(part);
        return part;
    }

    private void step(String what) {
        progress.println("demo: " + what + " …");
    }

    private static Policy policy(Path home) throws IOException {
        Path file = home.resolve("envoy/policy.yaml");
        return Policy.parse(Files.readString(file), file.toString());
    }

    /** @param envoyPort the port that Envoy will use, for the console page */
    private ControlPlane startControl(Policy policy, int envoyPort) throws IOException {
        int port = defaultPort("control plane", 9193, 9193);
        int opsPort = defaultPort("control plane's /metrics and /readyz", 9194, Math.max(9194, port + 1));
        return ControlPlane.start(
                settings(
                        ProcessKind.CONTROL,
                        redis.controlUri(),
                        Map.of("LATCHKEY_CONTROL_LISTEN", port, "LATCHKEY_CONTROL_OPS_LISTEN", opsPort),
                        Map.of("LATCHKEY_CONSOLE_API_URL", "http://127.0.0.1:" + envoyPort)),
                new Policies(policy, Map.of()));
    }

    private Sidecar startSidecar(Policy policy) throws IOException {
        int authzPort = defaultPort("sidecar", 9191, 9191);
        // The search begins after the other port: neither port is bound yet, so both could be the same port.
        int opsPort = defaultPort("sidecar's /metrics and /readyz", 9192, Math.max(9192, authzPort + 1));
        return Sidecar.start(
                settings(
                        ProcessKind.SIDECAR,
                        redis.sidecarUri(),
                        Map.of("LATCHKEY_AUTHZ_LISTEN", authzPort, "LATCHKEY_OPS_LISTEN", opsPort)),
                new Policies(policy, Map.of()));
    }

    /** Calls {@code start} again if another process, such as a second demo, has taken a port that was free before. */
    private static <T> T onFreePorts(PartStart<T> start) throws IOException, InterruptedException {
        for (int i = 1; ; i++) {
            try {
                return start.start();
            } catch (IOException e) {
                if (i == TRIES || !isTaken(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isTaken(Throwable failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(failure.getMessage()).contains("Address already in use")
                || (cause != null && isTaken(cause));
    }

    @FunctionalInterface
    private interface PartStart<T> {
        T start() throws IOException, InterruptedException;
    }

    /** Returns the first free port from {@code first}, and prints a message if it is not the expected port. */
    private int defaultPort(String what, int expected, int first) throws IOException {
        int port = Ports.from(first);
        if (port != expected) {
            progress.println("demo: port " + expected + " is taken; the " + what + " uses " + port);
        }
        return port;
    }

    private Settings settings(ProcessKind process, String redisUri, Map<String, Integer> ports) {
        return settings(process, redisUri, ports, Map.of());
    }

    private Settings settings(
            ProcessKind process, String redisUri, Map<String, Integer> ports, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("LATCHKEY_PEPPERS", peppers);
        variables.put("LATCHKEY_REDIS_URI", redisUri);
        variables.put("LATCHKEY_KEYS_ACCEPT_IMPORTED", "true");
        variables.put("LATCHKEY_CONTROL_TOKENS", "demo:operator:" + AdminToken.hash(token));
        ports.forEach((variable, port) -> variables.put(variable, "127.0.0.1:" + port));
        variables.put("LATCHKEY_DRAIN_DELAY", "0s");
        return SettingsLoader.load(process, null, variables).settings();
    }

    private DemoKeys plant(Policy policy) throws InterruptedException {
        plantImported();
        try (Seed seed = new Seed(control.port(), token)) {
            return seed.plant(policy.scopes().keySet());
        }
    }

    /**
     * Writes the record of the documentation's example key directly to Redis, by the rules of the schema. The control
     * plane cannot create this key, because it has no random body.
     */
    private void plantImported() {
        Credential.Presented presented =
                (Credential.Presented) new KeyFormat("opt", /* acceptImported= */ true).parse(DemoKeys.IMPORTED);
        KeyRecord record = new KeyRecord(
                "key_imported",
                Seed.WORKSPACE,
                Environment.LIVE,
                Set.of("cases:read"),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
        String name = new IndexSchema("latchkey:").key(Peppers.parse(peppers).newest(presented.key()));
        try (RedisClient client = RedisClient.create(redis.operatorUri());
                var connection = client.connect()) {
            connection.sync().hset(name, IndexSchema.encode(record));
        }
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
