package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

/** The tracers that Envoy can be given; the collector of each is a cluster where nobody listens. */
enum Tracer {
    NONE(""),
    OPENTELEMETRY("""
            name: envoy.tracers.opentelemetry
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig
              grpc_service: { envoy_grpc: { cluster_name: collector }, timeout: 0.25s }
              service_name: edge
            """),
    ZIPKIN("""
            name: envoy.tracers.zipkin
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
              collector_cluster: collector
              collector_endpoint: /api/v2/spans
              collector_endpoint_version: HTTP_JSON
            """),
    ZIPKIN_W3C("""
            name: envoy.tracers.zipkin
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
              collector_cluster: collector
              collector_endpoint: /api/v2/spans
              collector_endpoint_version: HTTP_JSON
              trace_context_option: USE_B3_WITH_W3C_PROPAGATION
            """),
    DATADOG("""
            name: envoy.tracers.datadog
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.DatadogConfig
              collector_cluster: collector
              service_name: edge
            """),
    SKYWALKING("""
            name: envoy.tracers.skywalking
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.SkyWalkingConfig
              grpc_service: { envoy_grpc: { cluster_name: collector }, timeout: 0.25s }
              client_config: { service_name: edge, instance_name: edge }
            """),
    XRAY("""
            name: envoy.tracers.xray
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.XRayConfig
              daemon_endpoint: { protocol: UDP, address: 127.0.0.1, port_value: 9 }
              segment_name: edge
            """);

    private static final String LIMITS = "max_request_headers_kb: 60\n";
    private static final String COLLECTOR = """
              - name: collector
                type: STATIC
                connect_timeout: 0.1s
                load_assignment:
                  cluster_name: collector
                  endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9 } } } }] }]
            """;

    private final String provider;

    Tracer(String provider) {
        this.provider = provider;
    }

    /** Returns the configuration with this tracer, for which every request is sampled. */
    String apply(String config) {
        if (this == NONE) {
            return config;
        }
        String tracing = "tracing:\n  random_sampling: { value: 100 }\n  provider:\n" + provider.indent(4);
        assertThat(config).contains(LIMITS, "\n  clusters:\n");
        return config.replace(LIMITS, LIMITS + tracing.indent(10))
                .replace("\n  clusters:\n", "\n  clusters:\n" + COLLECTOR);
    }
}
