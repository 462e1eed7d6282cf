package dev.latchkey.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.demo.EnvoyProcess;
import dev.latchkey.cli.demo.Ports;
import dev.latchkey.cli.demo.backend.EchoUpstream;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.LogPipe;
import dev.latchkey.e2e.Metrics;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.server.feed.PushProxy;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Two sidecars behind one Envoy, a control plane and a Redis that writes everything down at once: processes of their
 * own, each with a link to Redis of its own that can be cut, and each as it is shipped but for its patience.
 */
final class SoakWorld implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double MAX_SKEW_SECONDS = 1;
    /** Whether the clock of Redis can be stepped: the Redis that comes with the build is linked statically. */
    static final boolean REDIS_HAS_A_CLOCK = "valkey".equals(System.getProperty("latchkey.redis"));
    /** All of it at once, so that what grows is something else. */
    private static final String MEMORY = "-Xms128m -Xmx128m -XX:+AlwaysPreTouch -XX:MaxDirectMemorySize=64m";

    private final Closing made = new Closing();
    private final Map<String, String> settings;
    final RealRedis redis;
    final EnvoyProcess envoy;
    final List<Endpoint> sidecars;
    private final Path folder;
    private int logs;
    private final FaultProxy controlLink;
    final int controlPort;
    final int controlOpsPort = Ports.any();
    final SteppedClock controlClock;
    final SteppedClock redisClock;
    private LogPipe controlLog;
    private CommandProcess control;
    private volatile AdminApi admin;

    /** One sidecar: its process may be another from time to time. */
    final class Endpoint {
        final String name;
        final int checksPort = Ports.any();
        final int opsPort = Ports.any();
        final PushProxy pushes;
        final FaultProxy link;
        final ManagedChannel channel;
        final SteppedClock clock;
        /** Of the process that runs now. */
        LogPipe log;

        private CommandProcess process;

        Endpoint(String name) throws IOException {
            this.name = name;
            clock = new SteppedClock(folder.resolve(name + ".clock"));
            pushes = made.add(new PushProxy(redis.port()));
            link = made.add(new FaultProxy(pushes.port()));
            channel = NettyChannelBuilder.forAddress("127.0.0.1", checksPort)
                    .usePlaintext()
                    .build();
            made.add(channel::shutdownNow);
            made.add(this::kill);
            start();
        }

        void start() {
            log = newLog(name);
            process = SoakWorld.this.start(
                    "sidecar",
                    log,
                    link,
                    clock,
                    Map.of(
                            "JAVA_TOOL_OPTIONS", MEMORY,
                            "LATCHKEY_AUTHZ_LISTEN", "127.0.0.1:" + checksPort,
                            "LATCHKEY_OPS_LISTEN", "127.0.0.1:" + opsPort));
        }

        void kill() {
            process.close();
            log.close();
        }

        void signal(String name) {
            CommandProcess.signal(process.pid(), name);
        }

        long pid() {
            return process.pid();
        }

        double skewSeconds() {
            return metric("latchkey_clock_skew_seconds");
        }

        double metric(String metric) {
            return Metrics.at(opsPort, metric);
        }

        /** Tells whether it answers from memory, and lets who asks it try again at once. */
        private boolean works() {
            channel.resetConnectBackoff();
            return ready(opsPort) && metric("latchkey_cache_usable") == 1;
        }
    }

    /** @param more settings of both sidecars */
    SoakWorld(Path folder, Map<String, String> more) throws Exception {
        settings = more;
        this.folder = folder;
        try {
            redisClock = new SteppedClock(folder.resolve("redis.clock"));
            redis = RealRedis.with(
                    redisClock.variables(),
                    "--dir",
                    folder.toString(),
                    "--appendonly",
                    "yes",
                    "--appendfsync",
                    "always");
            made.add(redis::kill);
            redis.start();
            controlLink = made.add(new FaultProxy(redis.port()));
            controlPort = Ports.any();
            controlClock = new SteppedClock(folder.resolve("control.clock"));
            made.add(this::killControl);
            startControl();
            sidecars = List.of(new Endpoint("sidecar-1"), new Endpoint("sidecar-2"));
            EchoUpstream upstream = made.add(new EchoUpstream("live", 0));
            envoy = made.add(new EnvoyProcess(
                    EnvoyProcess.find(World.HOME, World.ENVOY_VERSION),
                    config(),
                    Map.of(
                            10_000, Ports.any(),
                            9901, Ports.any(),
                            9191, sidecars.get(0).checksPort,
                            9291, sidecars.get(1).checksPort,
                            8080, upstream.port(),
                            8081, upstream.port()),
                    folder));
            awaitHealth();
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    /**
     * The reference configuration for two endpoints, with so much patience that a sidecar's own 503 is surely earlier.
     */
    private static String config() throws IOException {
        String config = Files.readString(World.HOME.resolve("envoy/envoy.yaml"));
        assertThat(config).contains("#2 - endpoint", "timeout: 0.2s ");
        return config.replace("#2 ", "").replace("timeout: 0.2s ", "timeout: 5s ");
    }

    private LogPipe newLog(String name) {
        return new LogPipe(folder.resolve(name + "-" + ++logs + ".log"));
    }

    private CommandProcess start(
            String command, LogPipe log, FaultProxy link, SteppedClock clock, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_POLICY",
                World.HOME.resolve("envoy/policy.yaml").toString(),
                "LATCHKEY_REDIS_URI",
                "redis://127.0.0.1:" + link.port(),
                "LATCHKEY_REDIS_TIMEOUT",
                "250ms",
                "LATCHKEY_AUTHZ_TIMEOUT",
                "500ms",
                "LATCHKEY_CACHE_ENABLED",
                "true"));
        variables.putAll(settings);
        variables.putAll(clock.variables());
        variables.putAll(more);
        return CommandProcess.startLogged(log, variables, command);
    }

    void startControl() {
        controlLog = newLog("control");
        control = start(
                "control",
                controlLog,
                controlLink,
                controlClock,
                Map.of(
                        "LATCHKEY_CONTROL_OPS_LISTEN",
                        "127.0.0.1:" + controlOpsPort,
                        "LATCHKEY_CONTROL_LISTEN",
                        "127.0.0.1:" + controlPort,
                        "LATCHKEY_CONTROL_TOKENS",
                        AdminApi.TOKENS));
        AdminApi last = admin;
        admin = new AdminApi(controlPort);
        if (last != null) {
            last.close();
        }
    }

    void killControl() {
        if (control != null) {
            control.close();
            controlLog.close();
        }
    }

    FaultProxy controlLink() {
        return controlLink;
    }

    LogPipe controlLog() {
        return controlLog;
    }

    double controlSkewSeconds() {
        return Metrics.at(controlOpsPort, "latchkey_clock_skew_seconds");
    }

    /** Waits until no process sees its clock differ from Redis'. */
    void awaitClocks() {
        Awaitility.await("clocks")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> Math.abs(controlSkewSeconds()) < MAX_SKEW_SECONDS
                        && sidecars.stream().allMatch(sidecar -> Math.abs(sidecar.skewSeconds()) < MAX_SKEW_SECONDS));
    }

    AdminApi admin() {
        return admin;
    }

    /** Waits until nothing is wrong, in the eyes of each process and of Envoy. */
    void awaitHealth() {
        Awaitility.await("control plane")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(readyz(controlPort)).isEqualTo("200 ready\n"));
        for (Endpoint sidecar : sidecars) {
            Awaitility.await(sidecar.name).atMost(PATIENCE).ignoreExceptions().until(sidecar::works);
        }
        Awaitility.await("Envoy").atMost(PATIENCE).until(() -> sidecars.stream().allMatch(this::isHealthyToEnvoy));
    }

    private boolean isHealthyToEnvoy(Endpoint sidecar) {
        return RawHttp.get(envoy.adminPort(), "/clusters")
                .body()
                .contains("127.0.0.1:" + sidecar.checksPort + "::health_flags::healthy");
    }

    private static boolean ready(int port) {
        return readyz(port).equals("200 ready\n");
    }

    /** Without what stays true for a day after a fault that takes data away: that Redis' history went back. */
    private static String readyz(int port) {
        RawHttp.Response response = RawHttp.get(port, "/readyz");
        return response.status() + " "
                + response.body()
                        .lines()
                        .filter(line -> !line.contains("istory") || !line.contains("went back"))
                        .map(line -> line + "\n")
                        .collect(Collectors.joining());
    }

    /** Returns why what was in memory of a sidecar was forgotten, and how often, as its metrics have it. */
    Map<String, Long> epochEnds(Endpoint sidecar) {
        Map<String, Long> ends = new TreeMap<>();
        String name = "latchkey_cache_epochs_ended_total{cause=\"";
        RawHttp.get(sidecar.opsPort, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .forEach(line -> ends.put(line.substring(name.length(), line.indexOf("\"}")), (long)
                        Double.parseDouble(line.substring(line.lastIndexOf(' ')))));
        return ends;
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close();
        }
        made.close();
    }
}
