package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.RawHttp2.field;
import static dev.latchkey.e2e.World.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.RawHttp2;
import dev.latchkey.e2e.RawUpstream;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.policy.Policy;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** WebSocket over HTTP/1.1 (RFC 6455) and over HTTP/2 (RFC 8441), and CONNECT where Envoy is told to take it. */
class UpgradesIT {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final String UPGRADES = "- { upgrade_type: websocket }";
    private static final String FIRST_ROUTE = "              routes:\n";

    private RawUpstream upstream;
    private World world;
    private String key;

    @BeforeEach
    void start() throws IOException {
        upstream = new RawUpstream();
        world = new World.Options()
                .policy(Policy.parse(
                        "scopes: { stream: Stream }\nroutes: [{ match: GET /stream, scope: stream }]\n", ""))
                .envoyConfig(UpgradesIT::withConnect)
                .port(8080, upstream.port())
                .tapped()
                .start();
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "stream");
    }

    @AfterEach
    void stop() throws IOException {
        world.close();
        upstream.close();
    }

    @Test
    void webSocket_goodKey_isCheckedOnceAndBytesFlowBothWays() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.envoy.port())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            send(socket, webSocket("Authorization: Bearer " + key, "x-latchkey-workspace: ws_evil"));

            RawHttp.Response response = RawHttp.read(in, false);

            assertThat(response.status()).isEqualTo(101);
            assertThat(response.header("upgrade")).isEqualTo("websocket");
            for (String text : List.of("hello", "again, \0\u0081\u00ff")) {
                send(socket, text);
                assertThat(new String(in.readNBytes(text.length()), StandardCharsets.ISO_8859_1))
                        .isEqualTo(text);
            }
        }
        assertUpgradedOnce();
    }

    @Test
    void webSocket_noKey_isTheUsual401() {
        RawHttp.Response response = RawHttp.send(world.envoy.port(), webSocket("x-a: b"));

        assertProblem(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\"");
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void webSocketOverHttp2_goodKey_isCheckedOnceAndBytesFlowBothWays() throws IOException {
        try (RawHttp2 connection = new RawHttp2(world.envoy.port())) {
            connection.request(
                    List.of(
                            field(":method", "CONNECT"),
                            field(":protocol", "websocket"),
                            field(":scheme", "http"),
                            field(":authority", "api.example.com"),
                            field(":path", "/stream"),
                            field("sec-websocket-version", "13"),
                            field("x-latchkey-workspace", "ws_evil"),
                            field("authorization", "Bearer " + key)),
                    "",
                    /* end= */ false);

            assertThat(connection.response().status()).isEqualTo(200);
            for (String text : List.of("hello", "again, \0\u0081\u00ff")) {
                connection.data(text, /* end= */ false);
                assertThat(connection.read(text.length())).isEqualTo(text);
            }
        }
        assertUpgradedOnce();
    }

    @Test
    void webSocketOverHttp2_wrongKey_isTheUsual401() {
        RawHttp.Response response = RawHttp2.send(
                world.envoy.port(),
                List.of(
                        field(":method", "CONNECT"),
                        field(":protocol", "websocket"),
                        field(":scheme", "http"),
                        field(":authority", "api.example.com"),
                        field(":path", "/stream"),
                        field("authorization", "Bearer x")),
                "");

        assertProblem(response, 401, "AUTH_INVALID_KEY");
        assertThat(upstream.requests()).isEmpty();
    }

    /** It has no path, so there is no rule that could allow it. */
    @Test
    void connect_takenByEnvoy_isDeniedWhateverTheKey() {
        RawHttp.Response http1 = RawHttp.send(
                world.envoy.port(),
                "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\nAuthorization: Bearer " + key
                        + "\r\n\r\n");
        RawHttp.Response http2 = RawHttp2.send(
                world.envoy.port(),
                List.of(
                        field(":method", "CONNECT"),
                        field(":authority", "api.example.com:443"),
                        field("authorization", "Bearer " + key)),
                "");

        assertProblem(http1, 400, "AUTH_INVALID_REQUEST");
        assertProblem(http2, 400, "AUTH_INVALID_REQUEST");
        assertThat(world.tap.checks()).hasSize(2);
        assertThat(upstream.requests()).isEmpty();
    }

    private void assertUpgradedOnce() {
        assertThat(world.tap.checks()).hasSize(1);
        assertThat(world.tap.checks().get(0).http().getMethod()).isEqualTo("GET");
        assertThat(upstream.requests()).hasSize(1);
        RawUpstream.Request upgrade = upstream.requests().get(0);
        assertThat(upgrade).hasToString("GET /stream");
        assertThat(upgrade.values("upgrade")).containsExactly("websocket");
        assertThat(upgrade.values("authorization")).isEmpty();
        assertThat(upgrade.values("x-latchkey-workspace")).containsExactly("ws_1");
        assertThat(upgrade.values("x-latchkey-key")).containsExactly("key_1");
    }

    private static String webSocket(String... headers) {
        return "GET /stream HTTP/1.1\r\nHost: api.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + String.join("\r\n", headers)
                + "\r\n\r\n";
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String withConnect(String config) {
        assertThat(config).contains(UPGRADES, FIRST_ROUTE);
        return config.replace(UPGRADES, UPGRADES + "\n          - { upgrade_type: CONNECT }")
                .replace(
                        FIRST_ROUTE,
                        FIRST_ROUTE
                                + "              - match: { connect_matcher: {} }\n"
                                + "                route: { cluster: api, upgrade_configs: [{ upgrade_type:"
                                + " CONNECT }] }\n");
    }
}
