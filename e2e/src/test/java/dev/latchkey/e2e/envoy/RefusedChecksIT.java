package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.GoodRequests;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests without a key, made so that the check could fail inside gRPC before Latchkey's code runs, through an Envoy
 * that takes the largest headers that Envoy can be told to take. A check that fails is an error, and Envoy may let
 * errors pass.
 */
@Tag("one-envoy")
class RefusedChecksIT {
    private static final int KIB = 1024;
    private static final int GOOD = 1000;
    private static final String TRACEPARENT = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static World world;
    private static String worldIs = "";
    private static String key;

    /** A request that may be refused; {@code head} is what follows the method. */
    private record Bad(Tracer tracer, String name, String head) {
        @Override
        public String toString() {
            return tracer + ", " + name;
        }
    }

    static Stream<Arguments> requests() {
        return Stream.of(true, false).flatMap(failOpen -> bad().map(bad -> Arguments.of(failOpen, bad)));
    }

    /** Of each tracer, what it copies from a request into the check. */
    private static Stream<Bad> bad() {
        Stream<Bad> sizes = Stream.of(9000, 30_000, 60 * KIB, KIB * KIB, 8100 * KIB)
                .map(bytes -> headers(
                        Tracer.OPENTELEMETRY,
                        "tracestate of " + bytes,
                        TRACEPARENT,
                        "tracestate: a=" + "b".repeat(bytes)));
        String[] lines = Stream.concat(
                        Stream.of(TRACEPARENT),
                        Stream.generate(() -> "tracestate: a=" + "b".repeat(100 * KIB))
                                .limit(80))
                .toArray(String[]::new);
        return Stream.concat(
                sizes,
                Stream.of(
                        headers(Tracer.OPENTELEMETRY, "80 lines of tracestate", lines),
                        headers(
                                Tracer.OPENTELEMETRY,
                                "bytes that are no text",
                                TRACEPARENT,
                                "tracestate: a=\u00ff\u0080\u00e9\tb"),
                        headers(Tracer.ZIPKIN, "a large b3", "b3: " + "4".repeat(KIB * KIB)),
                        headers(
                                Tracer.ZIPKIN,
                                "large x-b3-*",
                                "x-b3-traceid: " + "4".repeat(30_000),
                                "x-b3-spanid: " + "4".repeat(30_000),
                                "x-b3-sampled: " + "1".repeat(30_000)),
                        headers(
                                Tracer.DATADOG,
                                "a large origin, which is copied twice",
                                "x-datadog-trace-id: 1",
                                "x-datadog-parent-id: 1",
                                "x-datadog-origin: " + "o".repeat(8100 * KIB)),
                        headers(
                                Tracer.SKYWALKING,
                                "a large sw8",
                                "sw8: 1-" + "dGVz".repeat(1000 * KIB) + "-" + "dGVz".repeat(900 * KIB)
                                        + "-3-c2Vydg==-aW5z-ZW5k-dGFy"),
                        path(Tracer.SKYWALKING, "a path of 30 KB, in Base64", 30_000),
                        path(Tracer.SKYWALKING, "a path of 8 MB, in Base64", 8180 * KIB),
                        headers(
                                Tracer.XRAY,
                                "a large root",
                                "x-amzn-trace-id: Root=" + "1".repeat(KIB * KIB) + ";Sampled=1"),
                        path(Tracer.NONE, "a path of 8 MB, which the check says twice", 8188 * KIB),
                        headers(
                                Tracer.NONE,
                                "names that gRPC knows",
                                "grpc-timeout: 1n",
                                "grpc-encoding: none-such",
                                "content-encoding: gzip",
                                "te: gzip",
                                "grpc-trace-bin: ***",
                                "x-envoy-upstream-rq-timeout-ms: 1",
                                "x-envoy-expected-rq-timeout-ms: 1")));
    }

    private static Bad headers(Tracer tracer, String name, String... lines) {
        return new Bad(tracer, name, "/v1/cases HTTP/1.1\r\nHost: a\r\n" + String.join("\r\n", lines) + "\r\n");
    }

    private static Bad path(Tracer tracer, String name, int bytes) {
        return new Bad(tracer, name, "/v1/cases?" + "a".repeat(bytes) + " HTTP/1.1\r\nHost: a\r\n");
    }

    @AfterAll
    static void stop() {
        if (world != null) {
            world.close();
        }
    }

    private static void start(Tracer tracer, boolean failOpen) {
        if (worldIs.equals(tracer + " " + failOpen)) {
            return;
        }
        stop();
        world = new World.Options()
                .envoyConfig(config -> EnvoyLimits.highest(tracer.apply(config), failOpen))
                .start();
        worldIs = tracer + " " + failOpen;
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
    }

    @ParameterizedTest(name = "failure_mode_allow: {0}, {1}")
    @MethodSource("requests")
    void send_withoutAKey_isDeniedAndHarmsNoOther(boolean failOpen, Bad bad) {
        start(bad.tracer, failOpen);
        long reached = world.upstreamRequests();

        GoodRequests good = GoodRequests.start(world.envoy.port(), key, GOOD);
        good.awaitBegun(GOOD / 4);
        int status = RawHttp.send(world.envoy.port(), "GET " + bad.head + "X-Latchkey-Workspace: ws_evil\r\n\r\n")
                .status();

        good.assertAllAllowed();
        // 400: the path is over Latchkey's limit.
        assertThat(status).isIn(401, 400);
        assertThat(world.upstreamRequests()).isEqualTo(reached + GOOD);
        assertThat(EnvoyLimits.checkErrors(world.envoy))
                .as("checks that failed")
                .isZero();
    }
}
