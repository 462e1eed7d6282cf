package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.World;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which metadata a check has, beside its message, and with which tracer a client has a say in it. What is new here
 * needs a row in {@link RefusedChecksIT}: metadata that gRPC refuses is an error of the check, and Envoy may let errors
 * pass.
 */
@Tag("one-envoy")
class CheckMetadataIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final Set<String> ALWAYS = Set.of(
            "content-type", "grpc-timeout", "x-envoy-expected-rq-timeout-ms", "x-envoy-internal", "x-forwarded-for");

    /** What tracers read, and what a client could hope to have passed on. */
    private static final String[] LINES = {
        "traceparent: 00-" + TRACE + "-" + SPAN + "-01",
        "tracestate: client=1",
        "baggage: client=1",
        "b3: " + TRACE + "-" + SPAN + "-1",
        "x-b3-traceid: " + TRACE,
        "x-b3-spanid: " + SPAN,
        "x-b3-parentspanid: " + SPAN,
        "x-b3-sampled: 1",
        "x-b3-flags: 1",
        "x-ot-span-context: client",
        "x-datadog-trace-id: 1",
        "x-datadog-parent-id: 1",
        "x-datadog-sampling-priority: 1",
        "x-datadog-origin: client",
        "x-datadog-tags: _dd.p.client=1",
        "sw8: 1-dGVzdA==-dGVzdA==-3-c2Vydg==-aW5z-ZW5k-dGFy",
        "sw8-correlation: client",
        "x-amzn-trace-id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        "x-cloud-trace-context: client",
        "grpc-trace-bin: client",
        "grpc-timeout: 1n",
        "grpc-encoding: client",
        "grpc-accept-encoding: client",
        "te: client",
        "user-agent: client",
        "x-request-id: client",
        "x-client-trace-id: client",
        "x-envoy-retry-on: 5xx",
        "x-envoy-max-retries: 9",
        "x-envoy-upstream-rq-timeout-ms: 1",
        "x-envoy-internal: client",
        "x-envoy-expected-rq-timeout-ms: 1",
        "x-forwarded-for: client",
        "x-forwarded-host: client",
        "x-forwarded-client-cert: client",
        "forwarded: client",
        "via: client",
    };

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "NONE,",
        "OPENTELEMETRY, traceparent tracestate",
        "ZIPKIN, b3",
        "ZIPKIN_W3C, b3 traceparent",
        "DATADOG, traceparent tracestate x-datadog-trace-id x-datadog-parent-id x-datadog-sampling-priority"
                + " x-datadog-origin x-datadog-tags",
        "SKYWALKING, sw8",
        "XRAY, x-amzn-trace-id",
    })
    void check_ofAClientThatSendsAll_hasOnlyTheMetadataOfTheTracer(Tracer tracer, String names) {
        try (World world =
                new World.Options().envoyConfig(tracer::apply).tapped().start()) {
            assertThat(world.send("GET", "/v1/cases", LINES).status()).isEqualTo(401);

            Set<String> expected = new TreeSet<>(ALWAYS);
            Stream.of(names == null ? new String[0] : names.split(" ")).forEach(expected::add);
            assertThat(world.tap.metadata()).hasSize(1);
            assertThat(new TreeSet<>(world.tap.metadata().get(0).keys())).isEqualTo(expected);
            assertThat(world.tap.metadata().get(0).toString())
                    .contains("grpc-timeout=20000m", "x-envoy-expected-rq-timeout-ms=20000")
                    .doesNotContain("x-forwarded-for=client");
        }
    }
}
