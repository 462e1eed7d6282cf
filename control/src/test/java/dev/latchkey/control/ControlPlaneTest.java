package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A control plane as a process: how it starts, what it tells operators, how it lives through an outage, how it ends.
 */
class ControlPlaneTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @Test
    void operations_needNoToken() throws IOException {
        try (RunningControlPlane control = started()) {
            assertThat(control.get("/livez").statusCode()).isEqualTo(200);
            assertThat(control.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(control.get("/readyz").body()).isEqualTo("ready\n");
            assertThat(control.keys().createKey(request()).getSecret()).isNotEmpty();
            assertThat(control.get("/metrics").body())
                    .contains("latchkey_index_writes_total{outcome=\"written\"} 2.0")
                    .contains("latchkey_control_ready 1.0")
                    .contains("method=\"CreateKey\"");
            assertThat(control.get("/nothing").statusCode()).isEqualTo(404);
            assertThat(REDIS.commands().hgetall("latchkey:canary")).containsOnlyKeys("seq", "at");
            assertThat(REDIS.commands().get("latchkey:meta:pepper:1")).isNotEmpty();
        }
    }

    @Test
    void metrics_timesOfCalls_areInFixedBucketsAndNothingIsAPercentile() throws IOException {
        try (RunningControlPlane control = started()) {
            control.keys().createKey(request());

            assertThat(control.get("/metrics").body())
                    .containsPattern(
                            "latchkey_control_total_duration_seconds_bucket\\{.*method=\"CreateKey\".*le=\"0.005\"} ")
                    .containsPattern("latchkey_control_response_length_count\\{.*method=\"CreateKey\"")
                    .doesNotContain("quantile=");
        }
    }

    @Test
    void readyz_insecureButAllowed_isReadyAndSaysSo() throws IOException {
        Map<String, String> variables = RunningControlPlane.variables("127.0.0.1:0", REDIS.uri(), TestControl.PEPPER_1);
        variables.put("LATCHKEY_CONTROL_LISTEN", "0.0.0.0:0");
        try (RunningControlPlane control =
                new RunningControlPlane(RunningControlPlane.load(variables), Duration.ofSeconds(5))) {
            awaitReady(control);
            assertThat(control.get("/readyz").body())
                    .startsWith("ready\n- control.listen: 0.0.0.0:0 is plain text beyond this machine");
        }
    }

    @Test
    void call_redisGoesAndComesBack_isUnavailableAtOnceAndThenWorks() throws Exception {
        try (RunningControlPlane control = started()) {
            REDIS.kill();
            Awaitility.await().untilAsserted(() -> {
                assertThat(control.get("/readyz").statusCode()).isEqualTo(503);
                assertThat(control.get("/readyz").body())
                        .startsWith("not ready\n- ")
                        .contains("" + REDIS.port());
                assertThat(health(control)).isEqualTo(ServingStatus.NOT_SERVING);
            });
            assertThat(control.get("/livez").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> control.keys().createKey(request()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE))
                    .hasMessageContaining("nothing was changed; repeat the call when GET /readyz answers 200");

            REDIS.start();
            awaitReady(control);
            createWorkspace(control);
            assertThat(control.keys().createKey(request()).getSecret()).isNotEmpty();
        }
    }

    @Test
    void outage_indexHasLostRecords_theyComeBackByThemselves() throws IOException {
        try (RunningControlPlane control = started()) {
            assertThat(control.keys().createKey(request()).getSecret()).isNotEmpty();
            String key = REDIS.commands().keys("latchkey:key:*").get(0);
            REDIS.commands().del(key);
            REDIS.commands().del("latchkey:workspace:ws_1");
            REDIS.pause();
            Awaitility.await().until(() -> !control.plane.ready());
            REDIS.resume();

            Awaitility.await().untilAsserted(() -> {
                assertThat(REDIS.commands().hget(key, "state")).isEqualTo("active");
                assertThat(REDIS.commands().hget("latchkey:workspace:ws_1", "state"))
                        .isEqualTo("active");
            });
        }
    }

    @Test
    void readyz_pepperIsNotTheOneInUse_namesTheVersionAndMakesNoKeys() throws IOException {
        String other = "1:" + TestControl.PEPPER_2.substring(2);
        try (RunningControlPlane first = started();
                RunningControlPlane second = new RunningControlPlane(REDIS.uri(), other)) {
            assertThat(first.plane.ready()).isTrue();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(second.get("/readyz").body())
                            .isEqualTo("not ready\n- pepper version 1 is not the one in use (expected: the pepper"
                                    + " that was first used as version 1, or a new pepper under a version never"
                                    + " used)\n"));
            assertThatThrownBy(() -> second.keys().createKey(request()))
                    .hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining("pepper version 1");
        }
    }

    @Test
    void start_redisIsDown_isReadyWhenItComes() throws Exception {
        REDIS.kill();
        try (RunningControlPlane control = new RunningControlPlane(REDIS.uri())) {
            assertThat(control.get("/readyz").statusCode()).isEqualTo(503);
            REDIS.start();
            awaitReady(control);
        }
    }

    @Test
    void start_portIsTaken_namesItAndLeavesNothingRunning() throws IOException {
        try (RunningControlPlane control = started()) {
            String taken = "127.0.0.1:" + control.plane.port();
            long threads = threads();

            assertThatThrownBy(() -> ControlPlane.start(
                            RunningControlPlane.settings(taken, REDIS.uri(), TestControl.PEPPER_1),
                            RunningControlPlane.policies()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen on " + taken);
            Awaitility.await().until(() -> threads() <= threads);
        }
    }

    @Test
    void close_started_leavesNoThreadAndNoPort() throws IOException {
        long threads = threads();
        RunningControlPlane control = started();
        int port = control.plane.port();
        control.close();

        Awaitility.await().until(() -> threads() <= threads);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
    }

    /** A status that a server has sent has no cause; that of a broken connection has. */
    @Test
    void close_callUnderWay_isAnsweredBefore() throws Exception {
        try (RunningControlPlane control = started()) {
            REDIS.pause();
            try {
                CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(
                        () -> catchThrowable(() -> control.keys().createKey(request())));
                Awaitility.await().until(() -> failure.isDone() || callsUnderWay(control) > 0);

                control.plane.close();

                assertThat(failure.get())
                        .isInstanceOf(StatusRuntimeException.class)
                        .hasNoCause();
                assertThat(failure.get()).hasMessageContaining("Redis gave no answer in time");
            } finally {
                REDIS.resume();
            }
        }
    }

    /** The best of a few: Netty's own two seconds would be in each. */
    @Test
    void close_nothingUnderWay_takesNoTwoSeconds() throws IOException {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5 && best > 1500; i++) {
            RunningControlPlane control = new RunningControlPlane(REDIS.uri());
            awaitReady(control);
            long start = System.nanoTime();
            control.plane.close();
            best = Math.min(best, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            control.close();
        }

        assertThat(best).as("milliseconds").isLessThan(1500);
    }

    private static double callsUnderWay(RunningControlPlane control) {
        return control.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("latchkey_control_active_requests") && line.contains("CreateKey"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static RunningControlPlane started() throws IOException {
        RunningControlPlane control = new RunningControlPlane(REDIS.uri());
        awaitReady(control);
        createWorkspace(control);
        return control;
    }

    private static void awaitReady(RunningControlPlane control) {
        Awaitility.await().until(() -> control.plane.ready() && health(control) == ServingStatus.SERVING);
    }

    private static void createWorkspace(RunningControlPlane control) {
        var unused = control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
    }

    private static ServingStatus health(RunningControlPlane control) {
        return HealthGrpc.newBlockingStub(control.channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    private static CreateKeyRequest request() {
        return CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName("CRM Integration")
                .addScopes("cases:read")
                .build();
    }

    /**
     * Counts the threads of control planes. Those of calls count as one, since they start when calls need them; those
     * that Armeria shares within a process are not theirs.
     */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        name.startsWith("latchkey") || name.startsWith("lettuce") || name.startsWith("armeria-boss"))
                .map(name -> name.startsWith("latchkey-call-") ? name.replaceFirst("-\\d+$", "") : name)
                .distinct()
                .count();
    }
}
