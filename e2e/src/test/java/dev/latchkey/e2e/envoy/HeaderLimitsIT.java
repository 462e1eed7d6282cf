package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.RawHttp2.field;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.RawHttp2;
import dev.latchkey.e2e.RawUpstream;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * At Envoy's limits for headers, which the identity headers can bring a request over: every client gets its right
 * answer or 431, never a 500, and what is refused does not reach the upstream.
 */
class HeaderLimitsIT {
    private static RawUpstream upstream;
    private static World world;
    private static String key;

    enum Protocol {
        HTTP1,
        HTTP2
    }

    @BeforeAll
    static void start() throws IOException {
        upstream = new RawUpstream();
        world = new World.Options().port(8080, upstream.port()).tapped().start();
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
    }

    @AfterAll
    static void stop() throws IOException {
        world.close();
        upstream.close();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void send_hundredHeaders_areAllowedOrDeniedAsAny(Protocol protocol) {
        List<String[]> others = headers(99, "v");

        assertThat(send(protocol, "/v1/cases", others).status()).isEqualTo(200);
        assertThat(send(protocol, "/v1/cases;", others).status()).isEqualTo(400);
        assertThat(upstream.requests().get(upstream.requests().size() - 1).headers())
                .extracting(header -> header[0])
                .contains("x-1", "x-99", "x-latchkey-workspace", "x-latchkey-scopes");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void send_sixtyKilobytes_areAllowedOrDeniedAsAny(Protocol protocol) {
        List<String[]> others = headers(1, "v".repeat(60 * 1024 - 1200));

        assertThat(send(protocol, "/v1/cases", others).status()).isEqualTo(200);
        assertThat(send(protocol, "/v1/cases;", others).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void send_overTheLimitOnlyWithTheIdentityHeaders_is431(Protocol protocol) {
        int checks = world.tap.checks().size();
        int reached = upstream.requests().size();

        assertThat(send(protocol, "/v1/cases", headers(109, "v")).status()).isEqualTo(431);

        assertThat(world.tap.checks()).hasSize(checks + 1);
        assertThat(world.tap.checks().get(checks).metadata("code")).isEqualTo("OK");
        assertThat(upstream.requests()).hasSize(reached);
    }

    static Stream<List<String[]>> aroundTheLimits() {
        Stream<List<String[]>> many = IntStream.range(99, 125).mapToObj(count -> headers(count, "v"));
        Stream<List<String[]>> large =
                IntStream.range(0, 26).mapToObj(i -> headers(1, "v".repeat(60 * 1024 - 1000 + 40 * i)));
        return Stream.concat(many, large);
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("aroundTheLimits")
    void send_aroundTheLimits_isAllowedOr431(List<String[]> others) {
        for (Protocol protocol : Protocol.values()) {
            int reached = upstream.requests().size();

            int status = send(protocol, "/v1/cases", others).status();

            // What is over a limit by itself gets 431 over HTTP/1.1; a stream of HTTP/2 is reset.
            assertThat(status).as(protocol.toString()).isIn(200, 431, protocol == Protocol.HTTP2 ? 0 : 431);
            assertThat(upstream.requests()).hasSize(status == 200 ? reached + 1 : reached);
        }
    }

    private static List<String[]> headers(int count, String value) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> field("x-" + i, value))
                .toList();
    }

    private static RawHttp.Response send(Protocol protocol, String path, List<String[]> others) {
        List<String[]> headers = new ArrayList<>(others);
        headers.add(0, field("authorization", "Bearer " + key));
        if (protocol == Protocol.HTTP1) {
            return world.send(
                    "GET", path, headers.stream().map(h -> h[0] + ": " + h[1]).toArray(String[]::new));
        }
        headers.addAll(
                0,
                List.of(
                        field(":method", "GET"),
                        field(":scheme", "http"),
                        field(":authority", "api.example.com"),
                        field(":path", path)));
        return RawHttp2.send(world.envoy.port(), headers, "");
    }
}
