package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.RawHttp2.field;
import static dev.latchkey.e2e.World.assertProblem;
import static dev.latchkey.e2e.World.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.RawHttp2;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The answers of the contract to clients of HTTP/2, gRPC among them, through the reference configuration and policy.
 */
class Http2AnswersIT {
    private static World world;
    private static String key;
    private long reachedBefore;

    @BeforeAll
    static void start() {
        world = new World.Options().start();
        world.putWorkspace("ws_1", true);
        world.putWorkspace("ws_off", false);
        key = world.store("key_live", "ws_1", Environment.LIVE, "cases:read");
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @BeforeEach
    void count() {
        reachedBefore = world.upstreamRequests();
    }

    @Test
    void allow_goodKey_reachesTheUpstreamAsTheKey() {
        RawHttp.Response response = send(
                "GET",
                "/v1/cases?status=open",
                bearer(key),
                field("x-latchkey-workspace", "ws_evil"),
                field("x-latchkey-scopes", "evil"),
                field("x-latchkey-scopes", "evil too"),
                field("x-http-method-override", "DELETE"),
                field("cookie", "a=1"),
                field("cookie", "b=2"));

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        JsonNode echo = json(response.body());
        assertThat(echo.get("path").asText()).isEqualTo("/v1/cases?status=open");
        JsonNode headers = echo.get("headers");
        assertThat(headers.get("x-latchkey-workspace").asText()).isEqualTo("ws_1");
        assertThat(headers.get("x-latchkey-key").asText()).isEqualTo("key_live");
        assertThat(headers.get("x-latchkey-environment").asText()).isEqualTo("live");
        assertThat(headers.get("x-latchkey-scopes").asText()).isEqualTo("cases:read");
        assertThat(headers.get("cookie").asText()).isEqualTo("a=1; b=2");
        assertThat(headers.fieldNames()).toIterable().doesNotContain("authorization", "x-http-method-override");
        assertThat(response.body()).doesNotContain(key, "evil");
    }

    @Test
    void allow_manyStreamsOfOneConnection_eachGetsItsOwnAnswer() {
        try (RawHttp2 connection = new RawHttp2(world.envoy.port())) {
            for (int i = 0; i < 20; i++) {
                boolean good = i % 2 == 0;
                connection.request(
                        request("GET", "/v1/cases/" + i, good ? bearer(key) : bearer("x")), "", /* end= */ true);
                RawHttp.Response response = connection.response();

                assertThat(response.status()).isEqualTo(good ? 200 : 401);
                if (good) {
                    assertThat(json(response.body()).get("path").asText()).isEqualTo("/v1/cases/" + i);
                }
            }
        }
    }

    @Test
    void deny_noKey_is401WithABareChallenge() {
        RawHttp.Response response = send("GET", "/v1/cases");

        denied(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\"");
    }

    @Test
    void deny_twoAuthorizationFields_is401EvenIfBothAreGood() {
        RawHttp.Response response = send("GET", "/v1/cases", bearer(key), bearer(key));

        denied(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\", error=\"invalid_token\"");
    }

    /** HTTP/2 keeps blanks around a value, which HTTP/1.1 takes away. */
    @ParameterizedTest(name = "[{0}]")
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {" Bearer %s", "Bearer %s ", "Bearer\t%s", "Bearer %s\u00e9"})
    void deny_bytesAroundTheKey_is401(String form) {
        denied(send("GET", "/v1/cases", field("authorization", form.formatted(key))), 401, "AUTH_INVALID_KEY");
    }

    @Test
    void deny_expired_is401WithItsOwnCode() {
        String expired = world.store("key_expired", "ws_1", Environment.LIVE, "cases:read");
        world.put(
                expired,
                new KeyRecord(
                        "key_expired",
                        "ws_1",
                        Environment.LIVE,
                        Set.of("cases:read"),
                        KeyRecord.State.ACTIVE,
                        System.currentTimeMillis() - 1,
                        2));

        denied(send("GET", "/v1/cases", bearer(expired)), 401, "AUTH_EXPIRED_KEY");
    }

    @Test
    void deny_missingScope_is403ThatNamesIt() {
        RawHttp.Response response = send("DELETE", "/v1/cases/1", bearer(key));

        denied(response, 403, "AUTH_INSUFFICIENT_SCOPE");
        assertThat(response.header("www-authenticate"))
                .isEqualTo("Bearer realm=\"latchkey\", error=\"insufficient_scope\", scope=\"cases:delete\"");
    }

    @Test
    void deny_inactiveWorkspace_is403() {
        String inactive = world.store("key_off", "ws_off", Environment.LIVE, "cases:read");

        RawHttp.Response response = send("GET", "/v1/cases", bearer(inactive));

        denied(response, 403, "AUTH_TENANT_INACTIVE");
        assertThat(response.header("www-authenticate")).isNull();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"get, /v1/cases", "GET, /v1/cases;x", "GET, /v1/cases%23"})
    void deny_notCanonical_is400AndTheConnectionStays(String method, String path) {
        try (RawHttp2 connection = new RawHttp2(world.envoy.port())) {
            connection.request(request(method, path, bearer(key)), "", true);
            denied(connection.response(), 400, "AUTH_INVALID_REQUEST");

            connection.request(request("GET", "/v1/cases", bearer(key)), "", true);
            assertThat(connection.response().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest(name = "{0} {1} grpc-status {3}")
    @CsvSource({
        "POST, /v1/cases, none, 16",
        "POST, /v1/cases, wrong, 16",
        "POST, /v1/cases, good, 7",
        "POST, /v1/cases;x, good, 3",
    })
    void deny_grpcCaller_getsTrailersOnlyWithItsStatusAndAShortMessage(
            String method, String path, String credential, int status) {
        for (String contentType : List.of("application/grpc", "application/grpc+proto")) {
            List<String[]> fields = request(method, path, field("content-type", contentType), field("te", "trailers"));
            if (!credential.equals("none")) {
                fields.add(credential.equals("good") ? bearer(key) : bearer("wrong"));
            }

            RawHttp.Response response = RawHttp2.send(world.envoy.port(), fields, "\0\0\0\0\0");

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEmpty();
            assertThat(response.header("content-type")).isEqualTo("application/grpc");
            assertThat(response.header("grpc-status")).isEqualTo(Integer.toString(status));
            assertThat(response.header("grpc-message")).isNotBlank().doesNotContain("{");
            assertThat(world.upstreamRequests()).isEqualTo(reachedBefore);
        }
    }

    @Test
    void deny_grpcWebCaller_getsThePlainAnswer() {
        denied(send("POST", "/v1/cases", field("content-type", "application/grpc-web+proto")), 401, "AUTH_INVALID_KEY");
    }

    private void denied(RawHttp.Response response, int status, String code) {
        assertProblem(response, status, code);
        assertThat(world.upstreamRequests())
                .as("requests that reached an upstream")
                .isEqualTo(reachedBefore);
    }

    private static RawHttp.Response send(String method, String path, String[]... fields) {
        return RawHttp2.send(world.envoy.port(), request(method, path, fields), "");
    }

    private static List<String[]> request(String method, String path, String[]... fields) {
        List<String[]> request = new ArrayList<>(List.of(
                field(":method", method),
                field(":scheme", "http"),
                field(":authority", "api.example.com"),
                field(":path", path)));
        request.addAll(List.of(fields));
        return request;
    }

    private static String[] bearer(String key) {
        return field("authorization", "Bearer " + key);
    }
}
