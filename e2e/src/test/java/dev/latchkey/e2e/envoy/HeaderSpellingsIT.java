package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.redis.LoopbackServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Identity and override headers in all spellings that CGI and PHP take for them, in headers and in trailers, behind
 * Envoys that strip them, that do not, and that do not even tell the sidecar of them.
 */
class HeaderSpellingsIT {
    /** What may stand in a header's name besides letters and digits, without {@code _}, which the reference refuses. */
    private static final String SEPARATORS = "!#$%&'*+-.^`|~";

    private static final String[] NAMES = {
        "latchkey workspace",
        "latchkey key",
        "latchkey environment",
        "latchkey scopes",
        "http method override",
        "http method",
        "method override",
        "original url",
        "rewrite url"
    };

    /** Who keeps the names from the upstream. */
    enum Keeper {
        ENVOY(UnaryOperator.identity()),
        SIDECAR(EnvoyVariant.PLAIN::apply),
        /** The sidecar sees only the key. */
        ENVOY_WITHOUT_THE_SIDECAR(HeaderSpellingsIT::withAllowedHeaders);

        @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
        private final UnaryOperator<String> config;

        Keeper(UnaryOperator<String> config) {
            this.config = config;
        }
    }

    @ParameterizedTest
    @EnumSource(Keeper.class)
    void send_namesInEverySpelling_onlyOursReachTheUpstream(Keeper keeper) {
        try (World world = new World.Options().envoyConfig(keeper.config).start()) {
            world.putWorkspace("ws_1", true);
            String key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
            String separators = keeper == Keeper.SIDECAR ? SEPARATORS + "_" : SEPARATORS;
            for (String separator : separators.split("")) {
                List<String> headers = new ArrayList<>(List.of("Authorization: Bearer " + key));
                for (String name : NAMES) {
                    headers.add("X" + separator + name.replace(" ", separator) + ": evil");
                    headers.add("x-" + name.replaceFirst(" ", "-").replace(" ", separator) + ": evil");
                }
                headers.add("x.kept: yes");

                RawHttp.Response allowed = world.send("GET", "/v1/cases", headers.toArray(String[]::new));
                headers.remove(0);
                RawHttp.Response open = world.send("GET", "/healthz", headers.toArray(String[]::new));

                assertThat(allowed.status()).as(allowed.body()).isEqualTo(200);
                assertThat(allowed.body())
                        .contains("\"x-latchkey-workspace\":\"ws_1\"", "x.kept")
                        .doesNotContain("evil");
                assertThat(open.status()).as(open.body()).isEqualTo(200);
                assertThat(open.body()).contains("x.kept").doesNotContain("evil", "latchkey");
            }
        }
    }

    @Test
    void send_trailersWithOurNames_areRemovedAndOthersKept() throws IOException {
        try (TrailerUpstream upstream = new TrailerUpstream();
                World world = new World.Options()
                        .port(8080, upstream.port())
                        .envoyConfig(HeaderSpellingsIT::withTrailers)
                        .start()) {
            world.putWorkspace("ws_1", true);
            String key = world.store("key_1", "ws_1", Environment.LIVE, "cases:write");

            RawHttp.Response response = world.raw("POST /v1/cases HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-latchkey-workspace: ws_evil\r\n"
                    + "X.Latchkey!Key: evil\r\nx.http.method: DELETE\r\nX-HTTP-Method-Override: DELETE\r\n"
                    + "x-method.override: DELETE\r\nX-Original-URL: /evil\r\nx'rewrite~url:"
                    + " /evil\r\nx-checksum: 7\r\n\r\n");

            assertThat(response.status()).as(response.body()).isEqualTo(200);
            assertThat(upstream.trailers).containsExactly("x-checksum: 7");
        }
    }

    /** As {@code envoy.yaml}, but that Envoy reads and writes trailers over HTTP/1.1 as over HTTP/2. */
    private static String withTrailers(String config) {
        String manager = "          stat_prefix: edge\n";
        String cluster = "  - name: api\n    type: STATIC\n";
        String trailers = "http_protocol_options: { enable_trailers: true }";
        String options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
        String upstream = "    typed_extension_protocol_options: { " + options + ": { \"@type\": type.googleapis.com/"
                + options + ", explicit_http_config: { " + trailers + " } } }";
        assertThat(config).contains(manager, cluster);
        return config.replace(manager, manager + "          " + trailers + '\n')
                .replace(cluster, cluster + upstream + '\n');
    }

    private static String withAllowedHeaders(String config) {
        String after = "              encode_raw_headers: true";
        assertThat(config).contains(after);
        return config.replace(
                after, "              allowed_headers: { patterns: [{ exact: authorization }] }\n" + after);
    }

    /** Keeps the trailers of a chunked request. */
    private static final class TrailerUpstream extends LoopbackServer {
        private final List<String> trailers = new CopyOnWriteArrayList<>();

        TrailerUpstream() throws IOException {
            start();
        }

        @Override
        protected void serve(Socket client) throws IOException {
            InputStream in = new BufferedInputStream(client.getInputStream());
            Map<String, String> head = new TreeMap<>();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                head.put(line.toLowerCase(Locale.ROOT), line);
            }
            assertThat(head).containsKey("transfer-encoding: chunked");
            for (int size = -1; size != 0; ) {
                size = Integer.parseInt(line(in), 16);
                in.skipNBytes(size);
                if (size > 0) {
                    line(in);
                }
            }
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                trailers.add(line);
            }
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b != '\n' && b >= 0; b = in.read()) {
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            return line.toString();
        }
    }
}
