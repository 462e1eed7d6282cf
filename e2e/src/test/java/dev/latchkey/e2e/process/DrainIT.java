package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.demo.Ports;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.Load;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sidecar processes that stop under load, behind the reference configuration with its retry and, for two endpoints, its
 * health checks and Latchkey's own {@code drain.delay} as they are shipped.
 */
class DrainIT {
    private static final int AROUND = 150;

    @TempDir
    Path folder;

    private final List<AutoCloseable> made = new ArrayList<>();
    private int firstPort;
    private int secondPort;

    @BeforeEach
    void ports() throws IOException {
        firstPort = Ports.any();
        secondPort = Ports.any();
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = made.size() - 1; i >= 0; i--) {
            made.get(i).close();
        }
    }

    /** Without Envoy's retries: what drain does by itself. */
    @Test
    void sigterm_oneOfTwo_noCheckFails() throws Exception {
        World world = twoEndpoints(DrainIT::withoutRetries);
        CommandProcess first = sidecar(world, firstPort);
        sidecar(world, secondPort);
        awaitHealthy(world, firstPort, secondPort);

        Load load = load(world);
        load.awaitMore(AROUND);
        assertThat(checksAt(world, firstPort)).isPositive();
        assertThat(checksAt(world, secondPort)).isPositive();
        first.askToStop();
        CommandProcess.Result end = first.awaitEnd();
        load.awaitMore(AROUND);

        assertThat(end.status()).as(end.err()).isZero();
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void sigkill_oneOfTwo_whatFailsIs503AndSoonNothingDoes() throws Exception {
        World world = twoEndpoints(UnaryOperator.identity());
        CommandProcess first = sidecar(world, firstPort);
        sidecar(world, secondPort);
        awaitHealthy(world, firstPort, secondPort);

        Load load = load(world);
        load.awaitMore(AROUND);
        assertThat(checksAt(world, firstPort)).isPositive();
        first.kill();
        first.awaitEnd();

        // Each retry of a check may meet the dead one again, until Envoy has taken it out: how many do depends on the
        // machine.
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> {
            int failures = load.failures().size();
            load.awaitMore(AROUND);
            return load.failures().size() == failures;
        });
        assertThat(load.failures()).allMatch(failure -> failure.startsWith("503 "));
    }

    /** The new one listens on the same port before the old one stops. */
    @Test
    void sigterm_oneEndpointWithASuccessor_noCheckFails() throws Exception {
        Map<String, String> shared = Map.of("LATCHKEY_AUTHZ_SHARE_PORT", "true");
        World world = add(new World.Options().port(9191, firstPort).start());
        CommandProcess first = sidecar(world, firstPort, shared);
        Load load = load(world);
        load.awaitMore(AROUND);

        CommandProcess successor = sidecar(world, firstPort, shared);
        awaitReady(successor);
        first.terminate();
        CommandProcess.Result end = first.awaitEnd();
        load.awaitMore(AROUND);

        assertThat(end.status()).as(end.err()).isZero();
        assertThat(load.failures()).isEmpty();
    }

    /** A pause in between: 503 of Envoy while it lasts and nothing else, and all well at once after it. */
    @Test
    void sigterm_oneEndpointAndAPause_failsOnlyInThePause() throws Exception {
        World world = add(new World.Options().port(9191, firstPort).start());
        CommandProcess first = sidecar(world, firstPort);
        Load load = load(world);
        first.terminate();
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> !load.failures().isEmpty());
        first.awaitEnd();
        long reached = world.upstreamRequests();
        load.awaitMore(20);
        assertThat(world.upstreamRequests()).isEqualTo(reached);

        sidecar(world, firstPort);
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> world.upstreamRequests() > reached);
        int failures = load.failures().size();
        load.awaitMore(AROUND);

        assertThat(load.failures())
                .allMatch(failure -> failure.startsWith("503 "))
                .hasSizeBetween(failures, failures + 4);
    }

    /** Those in flight at the time are answered, each with the answer that it would have had. */
    @Test
    void sigterm_checksWaitForRedis_areAnsweredBeforeTheEnd() throws Exception {
        World world = add(new World.Options().port(9191, firstPort).start());
        // With the cache off, so that each check has to wait.
        CommandProcess sidecar =
                sidecar(world, firstPort, Map.of("LATCHKEY_DRAIN_DELAY", "0s", "LATCHKEY_CACHE_ENABLED", "false"));
        String key = seed(world);
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> world.get("/v1/cases", key).status() == 200);

        long before = asked(world);
        ExecutorService clients = Executors.newCachedThreadPool();
        made.add(clients::shutdownNow);
        world.redis.pause();
        made.add(world.redis::resume);
        List<CompletableFuture<RawHttp.Response>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(CompletableFuture.supplyAsync(() -> world.get("/v1/cases", key), clients));
        }
        Awaitility.await().until(() -> asked(world) == before + 5);
        sidecar.askToStop();
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> (sidecar.out() + sidecar.err()).contains("draining"));
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        world.redis.resume();

        for (CompletableFuture<RawHttp.Response> answer : waiting) {
            RawHttp.Response response = answer.get(60, TimeUnit.SECONDS);
            assertThat(response.status()).as(response.body()).isEqualTo(200);
        }
        assertThat(sidecar.awaitEnd().status()).isZero();
    }

    private World twoEndpoints(UnaryOperator<String> change) {
        return add(new World.Options()
                .envoyConfig(config -> {
                    assertThat(config).contains("#2 - endpoint", "#2 health_checks");
                    return change.apply(config.replace("#2 ", ""));
                })
                .port(9191, firstPort)
                .port(9291, secondPort)
                .start());
    }

    private static String withoutRetries(String config) {
        String header = "- { key: x-envoy-max-retries, value: \"2\" }";
        assertThat(config).contains(header);
        return config.replace(header, "- { key: x-envoy-max-retries, value: \"0\" }");
    }

    private CommandProcess sidecar(World world, int port) throws IOException {
        return sidecar(world, port, Map.of());
    }

    private CommandProcess sidecar(World world, int port, Map<String, String> settings) throws IOException {
        Path policy = folder.resolve("policy.yaml");
        Files.copy(World.HOME.resolve("envoy/policy.yaml"), policy, StandardCopyOption.REPLACE_EXISTING);
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_POLICY",
                policy.toString(),
                "LATCHKEY_REDIS_URI",
                world.redis.uri(),
                "LATCHKEY_REDIS_TIMEOUT",
                "8s",
                "LATCHKEY_AUTHZ_TIMEOUT",
                "10s",
                "LATCHKEY_AUTHZ_LISTEN",
                "127.0.0.1:" + port,
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:0"));
        variables.putAll(settings);
        return add(CommandProcess.start(variables, "sidecar"));
    }

    private Load load(World world) throws IOException {
        String key = seed(world);
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> world.get("/v1/cases", key).status() == 200);
        return add(new Load(
                world.envoy.port(),
                "GET /v1/cases HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer " + key + "\r\n\r\n"));
    }

    /** The log says where the system has put /readyz. */
    private static void awaitReady(CommandProcess sidecar) {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> {
            Matcher ops = Pattern.compile("/readyz on (\\S+)").matcher(sidecar.out() + sidecar.err());
            return ops.find() && status("http://" + ops.group(1) + "/readyz") == 200;
        });
    }

    private static String seed(World world) {
        world.putWorkspace("ws_1", true);
        return world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
    }

    private static void awaitHealthy(World world, int... ports) {
        for (int port : ports) {
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> admin(world, "clusters").contains("127.0.0.1:" + port + "::health_flags::healthy"));
        }
    }

    private static long checksAt(World world, int port) {
        String counter = "latchkey::127.0.0.1:" + port + "::rq_total::";
        return number(admin(world, "clusters"), counter);
    }

    /** Returns how many checks Envoy has sent. */
    private static long asked(World world) {
        return number(admin(world, "stats?filter=cluster.latchkey.upstream_rq_total"), "upstream_rq_total: ");
    }

    private static long number(String text, String name) {
        return text.lines()
                .filter(line -> line.contains(name))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(name) + name.length())))
                .sum();
    }

    private static String admin(World world, String path) {
        return get("http://127.0.0.1:" + world.envoy.adminPort() + "/" + path).body();
    }

    private static int status(String url) {
        return get(url).statusCode();
    }

    private static HttpResponse<String> get(String url) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .version(HttpClient.Version.HTTP_1_1)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(url, e);
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        made.add(part);
        return part;
    }
}
