package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.World.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests as large as Envoy can be told to take, behind one that lets pass what it cannot ask about: each gets its
 * right answer, since a check that is too large to be answered would be a way in.
 */
class LargeRequestsIT {
    private static final int KIB = 1024;
    private static final String INDENT = " ".repeat(14);

    private static World world;
    private static String key;

    private long reached;

    @BeforeAll
    static void start() {
        world = new World.Options()
                .envoyConfig(LargeRequestsIT::withHigherLimits)
                .start();
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read", "cases:write");
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @BeforeEach
    void count() {
        reached = world.upstreamRequests();
    }

    @Test
    void headers_60KiB_getTheRightAnswer() {
        String large = "X-Large: " + "a".repeat(60 * KIB);

        RawHttp.Response allowed = world.send("GET", "/v1/cases", "Authorization: Bearer " + key, large);

        assertThat(allowed.status()).as(allowed.body()).isEqualTo(200);
        assertThat(allowed.body()).contains("a".repeat(60 * KIB));
        assertProblem(world.send("GET", "/v1/cases", large), 401, "AUTH_INVALID_KEY");
        assertThat(world.upstreamRequests()).isEqualTo(reached + 1);
    }

    @Test
    void headers_100_getTheRightAnswer() {
        String[] headers = new String[100];
        for (int i = 1; i < headers.length; i++) {
            headers[i] = "X-Header-" + i + ": " + i;
        }
        headers[0] = "Authorization: Bearer " + key;
        RawHttp.Response allowed = world.send("GET", "/v1/cases", headers);
        headers[0] = "X-Header-0: 0";

        assertThat(allowed.status()).as(allowed.body()).isEqualTo(200);
        assertThat(allowed.body()).contains("x-header-99");
        assertProblem(world.send("GET", "/v1/cases", headers), 401, "AUTH_INVALID_KEY");
        assertThat(world.upstreamRequests()).isEqualTo(reached + 1);
    }

    /** Beyond 4 MiB, what gRPC takes by default: the call would fail, and this Envoy would let the request pass. */
    @ParameterizedTest(name = "{0} KiB")
    @ValueSource(ints = {1024, 6 * 1024})
    void headers_megabytesWithoutAKey_areDenied(int kib) {
        String large = "X-Large: " + "a".repeat(kib * KIB);

        assertProblem(world.send("GET", "/v1/cases", large), 401, "AUTH_INVALID_KEY");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void body_megabyteInTheCheck_getsTheRightAnswer() {
        RawHttp.Response allowed = world.raw(post("Authorization: Bearer " + key + "\r\n", KIB * KIB));

        assertThat(allowed.status()).as(allowed.body()).isEqualTo(200);
        assertProblem(world.raw(post("", KIB * KIB)), 401, "AUTH_INVALID_KEY");
        assertThat(world.upstreamRequests()).isEqualTo(reached + 1);
    }

    private static String post(String headers, int bytes) {
        return "POST /v1/cases HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: " + bytes + "\r\n\r\n"
                + "b".repeat(bytes);
    }

    private static String withHigherLimits(String config) {
        String changed = replaced(config, "max_request_headers_kb: 60", "max_request_headers_kb: 8192");
        changed = replaced(changed, "max_headers_count: 116", "max_headers_count: 200");
        changed = replaced(
                changed, "per_connection_buffer_limit_bytes: 32768", "per_connection_buffer_limit_bytes: 16777216");
        String allowing = """
                failure_mode_allow: true
                with_request_body: { max_request_bytes: 2097152, allow_partial_message: true }
                """;
        return replaced(
                changed,
                INDENT + "failure_mode_allow: false",
                allowing.indent(INDENT.length()).stripTrailing());
    }

    private static String replaced(String config, String from, String to) {
        assertThat(config).contains(from);
        return config.replace(from, to);
    }
}
