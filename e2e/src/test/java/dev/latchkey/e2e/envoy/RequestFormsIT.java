package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.World.assertProblem;
import static dev.latchkey.e2e.World.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests as clients, templates and scripts get them wrong, or right in an unusual way, through the reference Envoy.
 */
class RequestFormsIT {
    private static World world;
    private static String key;

    private long reached;

    @BeforeAll
    static void start() {
        world = new World.Options().start();
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @BeforeEach
    void count() {
        reached = world.upstreamRequests();
    }

    /** K stands for a good key, a dot in it for its place in the text. */
    static Stream<String> credentialsThatAreNone() {
        String basic = Base64.getEncoder().encodeToString((key() + ":").getBytes(StandardCharsets.US_ASCII));
        return Stream.of(
                "Bearer Bearer K",
                "Bearer \"K\"",
                "\"Bearer K\"",
                "Bearer 'K'",
                "Bearer $API_KEY",
                "Bearer {{api_key}}",
                "Bearer undefined",
                "Bearer null",
                "Bearer",
                "K",
                "Token K",
                "ApiKey K",
                "Basic " + basic,
                "Bearer=K",
                "Bearer:K",
                "Bearer K,",
                "Bearer K;",
                "Bearer <K>",
                "Bearer K K",
                "Bearer\tK",
                "bearer_K",
                "Bearer K\u200b",
                "Bearer \u200bK",
                "Bearer\u00a0K",
                "\ufeffBearer K",
                "Bearer \u201cK\u201d",
                "Bearer \u043e" + "K",
                "Bearer opt_l\u0456ve_abc");
    }

    private static String key() {
        return "opt_live_abc123def456ghi789";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("credentialsThatAreNone")
    void send_credentialThatIsNone_is401WithABearerChallenge(String authorization) {
        String bytes = new String(
                authorization.replace("K", key).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        RawHttp.Response response = world.send("GET", "/v1/cases", "Authorization: " + bytes);

        assertProblem(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\", error=\"invalid_token\"");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void send_mistypedKey_isRefusedAndNowhereToBeRead() {
        String body = key.substring(9);
        String changed = (body.charAt(7) == 'a' ? "b" : "a");
        List<String> wrong = List.of(
                "opt_live_" + body.substring(0, 7) + changed + body.substring(8),
                key + "x",
                key.replace("opt_live_", "opt_test_"),
                key.replace("opt_", "sk_"),
                key.substring(0, key.length() - 1),
                "opt_live_" + body.substring(0, 10) + " " + body.substring(10),
                " " + key.substring(0, 20));
        StringBuilder answers = new StringBuilder();

        for (String secret : wrong) {
            RawHttp.Response response = world.send("GET", "/v1/cases", "Authorization: Bearer " + secret);

            assertProblem(response, 401, "AUTH_INVALID_KEY");
            answers.append(response.body());
            response.headers().forEach(header -> answers.append(header[1]));
        }

        answers.append(RawHttp.get(world.sidecar.opsPort(), "/metrics").body());
        answers.append(world.accessLog(wrong.size()));
        for (int i = 0; i + 10 <= body.length(); i++) {
            assertThat(answers.toString()).doesNotContain(body.substring(i, i + 10));
        }
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?next=%2Fa%2F..",
                "?u=https://x//y;z",
                "?x=%zz",
                "?a=1?b=2",
                "?",
                "?a=\\b",
                "?%00",
                "?..%2f..",
                "?/v1/other"
            })
    void send_queryOfAnyForm_isAllowedAndArrivesAsSent(String query) {
        RawHttp.Response response = world.get("/v1/cases" + query, key);

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        assertThat(json(response.body()).get("path").asText()).isEqualTo("/v1/cases" + query);
    }

    @Test
    void send_longQuery_isAllowedAndALongPathIsNot() {
        String query = "/v1/cases?q=" + "q".repeat(40_000);
        String path = "/v1/cases/" + "a".repeat(8 * 1024);

        assertThat(json(world.get(query, key).body()).get("path").asText()).isEqualTo(query);
        assertThat(world.get("/v1/cases/" + "a".repeat(8_000), key).status()).isEqualTo(200);
        reached = world.upstreamRequests();
        assertProblem(world.get(path, key), 400, "AUTH_INVALID_REQUEST");
        assertProblem(world.get("/a".repeat(25_000), key), 400, "AUTH_INVALID_REQUEST");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void send_pathOfAnAllowedOneInTheQuery_isNoRule() {
        assertProblem(world.get("/v9/nothing?/v1/cases", key), 403, "AUTH_INSUFFICIENT_SCOPE");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void send_escapedId_reachesTheUpstreamAsSent() {
        RawHttp.Response response = world.get("/v1/cases/M%C3%BCller%20v%20Lee", key);

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        assertThat(json(response.body()).get("path").asText()).isEqualTo("/v1/cases/M%C3%BCller%20v%20Lee");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Api-Key",
                "Proxy-Authorization",
                "X-Forwarded-Authorization",
                "X-Authorization",
                "Authentication",
                "X-Auth-Token",
                "Cookie",
                "X-Original-Authorization",
                "Sec-WebSocket-Protocol"
            })
    void send_keyInAnotherHeader_is401AndNotReflected(String header) {
        for (String value : List.of(key, "Bearer " + key, "authorization=" + key)) {
            RawHttp.Response response = world.send("GET", "/v1/cases", header + ": " + value);

            assertProblem(response, 401, "AUTH_INVALID_KEY");
            assertThat(response.body()).doesNotContain(key);
            assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\"");
        }
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void send_keyInTheSubprotocolOfAnUpgrade_isNoUpgrade() {
        RawHttp.Response response = world.send(
                "GET",
                "/v1/cases",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: bearer, " + key);

        assertProblem(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.headers()).noneMatch(header -> header[1].contains(key));
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void send_keyInTheQuery_is401() {
        assertProblem(world.send("GET", "/v1/cases?access_token=" + key + "&api_key=" + key), 401, "AUTH_INVALID_KEY");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    static Stream<String[]> headersThatNameAnotherRequest() {
        Stream<String> paths = Stream.of(
                        "X-Original-URL",
                        "X-Rewrite-URL",
                        "X-Original-URI",
                        "X-Original-Path",
                        "X-Envoy-Original-Path",
                        "X-Forwarded-Uri",
                        "X-Forwarded-Path",
                        "X-Forwarded-Prefix",
                        "X-Replaced-Path",
                        "X-Request-Uri",
                        "Referer")
                .map(name -> name + ": PATH");
        Stream<String> methods = Stream.of(
                        "X-HTTP-Method-Override",
                        "X-HTTP-Method",
                        "X-Method-Override",
                        "X-Forwarded-Method",
                        "X-Original-Method",
                        "X-Envoy-Original-Method")
                .map(name -> name + ": METHOD");
        Stream<String> client = Stream.of(
                "X-Forwarded-For: 127.0.0.1",
                "X-Real-Ip: 127.0.0.1",
                "Forwarded: for=127.0.0.1;host=internal",
                "X-Forwarded-Host: internal",
                "X-Envoy-Internal: true",
                "X-Envoy-External-Address: 127.0.0.1",
                "X-Envoy-Auth-Failure-Mode-Allowed: true");
        return Stream.of(paths, methods, client).flatMap(all -> all).map(line -> new String[] {line});
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headersThatNameAnotherRequest")
    void send_headerThatNamesAnotherRequest_decidesNothing(String header) {
        String allowed = header.replace("PATH", "/v1/parties").replace("METHOD", "DELETE");
        String denied = header.replace("PATH", "/v1/cases").replace("METHOD", "GET");

        assertThat(world.send("GET", "/v1/cases", "Authorization: Bearer " + key, allowed)
                        .status())
                .isEqualTo(200);
        reached = world.upstreamRequests();
        assertProblem(
                world.send("GET", "/v1/parties", "Authorization: Bearer " + key, denied),
                403,
                "AUTH_INSUFFICIENT_SCOPE");
        assertProblem(
                world.send("DELETE", "/v1/cases/7", "Authorization: Bearer " + key, denied),
                403,
                "AUTH_INSUFFICIENT_SCOPE");
        assertProblem(world.send("GET", "/v1/cases", denied), 401, "AUTH_INVALID_KEY");
        assertThat(world.upstreamRequests()).isEqualTo(reached);
    }

    @Test
    void send_allOfThemAtOnce_decideNothing() {
        List<String> lines = new ArrayList<>(List.of("Authorization: Bearer " + key));
        headersThatNameAnotherRequest()
                .forEach(line -> lines.add(line[0].replace("PATH", "/v1/cases").replace("METHOD", "GET")));

        assertProblem(world.send("GET", "/v1/parties", lines.toArray(String[]::new)), 403, "AUTH_INSUFFICIENT_SCOPE");
        assertThat(lines).hasSize(25);
    }
}
