package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import dev.latchkey.redis.RealRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** REST as a program sees it: over HTTP, on a real Redis. */
class RestTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEYS = "/v1/workspaces/ws_1/keys";

    private static RunningControlPlane control;
    private static AnswerSchemas schemas;

    @BeforeAll
    static void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
        schemas = new AnswerSchemas(JSON.readTree(control.get("/openapi.json").body()));
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    @BeforeEach
    void createWorkspace() {
        assertThat(post("/v1/workspaces", "{\"id\":\"ws_1\"}").status().code()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1c", "h2c"})
    void lifeOfAKey_overEitherHttp_isAsTheContractWritesIt(String protocol) {
        JsonNode created = json(send(
                protocol,
                HttpMethod.POST,
                KEYS,
                "{\"name\":\"CRM\",\"environment\":\"test\",\"scopes\":[\"cases:read\"],\"lifetime\":\"3600s\"}"));
        JsonNode key = created.get("key");
        String id = key.get("id").textValue();
        assertThat(created.fieldNames()).toIterable().containsExactly("key", "secret", "repeated");
        assertThat(created.get("secret").textValue()).startsWith("opt_test_");
        assertThat(key.get("environment").textValue()).isEqualTo("test");
        assertThat(key.get("state").textValue()).isEqualTo("active");
        assertThat(key.get("scopes").toString()).isEqualTo("[\"cases:read\"]");
        assertThat(key.get("expire_time").textValue()).endsWith("Z");
        assertThat(key.has("last_used_time")).isFalse();

        assertThat(json(send(protocol, HttpMethod.GET, KEYS, "")).toString())
                .isEqualTo("{\"keys\":[" + key + "],\"next_page_token\":\"\"}");
        assertThat(json(send(protocol, HttpMethod.GET, "/v1/workspaces/-/keys/" + id, "")))
                .isEqualTo(JSON.createObjectNode().set("key", key));
        assertThat(json(send(protocol, HttpMethod.POST, "/v1/keys:find", "{\"secret\":" + created.get("secret") + "}"))
                        .get("key"))
                .isEqualTo(key);

        JsonNode rotated = json(send(protocol, HttpMethod.POST, KEYS + "/" + id + ":rotate", "{\"overlap\":\"60s\"}"));
        assertThat(rotated.at("/predecessor/id").textValue()).isEqualTo(id);
        JsonNode revoked = json(send(protocol, HttpMethod.POST, KEYS + "/" + id + ":revoke", "{\"reason\":\"left\"}"));
        assertThat(revoked.at("/key/state").textValue()).isEqualTo("revoked");
        assertThat(json(send(protocol, HttpMethod.GET, KEYS + "?show_all=true&page_size=1", ""))
                        .get("keys"))
                .hasSize(1);
    }

    @Test
    void restOfALife_listUpdateAndRevokeAll_isAsTheContractWritesIt() {
        String id = json(post(
                        KEYS, "{\"name\":\"CRM\",\"scopes\":[\"cases:read\",\"cases:write\"],\"lifetime\":\"3600s\"}"))
                .at("/key/id")
                .textValue();

        JsonNode updated = json(send(
                "h2c",
                HttpMethod.PATCH,
                KEYS + "/" + id,
                "{\"name\":\"Other\",\"scopes\":[\"cases:read\"],\"lifetime\":\"60s\"}"));
        assertThat(updated.at("/key/name").textValue()).isEqualTo("Other");
        assertThat(updated.at("/key/scopes").toString()).isEqualTo("[\"cases:read\"]");

        assertThat(json(get(KEYS + "?state=active&name=oth&expiring_in=60s&order_by=name%20desc")))
                .isEqualTo(json(get(KEYS)));
        assertThat(json(get(KEYS + "?state=expired")).get("keys")).isEmpty();
        AggregatedHttpResponse wrong = get(KEYS + "?order_by=age&page_size=-1");
        assertThat(wrong.status().code()).isEqualTo(400);
        assertThat(wrong.contentUtf8()).contains("\"field\":\"order_by\"", "\"field\":\"page_size\"");

        assertThat(json(post(KEYS + ":revokeAll", "{\"reason\":\"left\"}")).toString())
                .isEqualTo("{\"revoked\":1,\"done\":true}");
        assertThat(json(get(KEYS + "?state=revoked")).at("/keys/0/revoke_time").textValue())
                .endsWith("Z");
        assertThat(json(post(KEYS + ":purge", "{\"older_than\":\"3600s\"}")).toString())
                .isEqualTo("{\"purged\":0,\"done\":true}");
        assertThat(json(post(KEYS + ":purge", "{\"older_than\":\"0s\",\"reason\":\"room\"}"))
                        .toString())
                .isEqualTo("{\"purged\":1,\"done\":true}");
        assertThat(post(KEYS + ":purge", "{\"older_than\":\"-1s\"}").contentUtf8())
                .contains("\"field\":\"older_than\"");
        assertThat(json(get("/v1/scopes")).at("/scopes/0").toString())
                .isEqualTo(
                        "{\"name\":\"cases:read\",\"description\":\"Read case data\",\"example\":\"GET /v1/cases\"}");
    }

    @Test
    void workspaces_areActivatedAndDeactivatedByTheirVerbs() {
        assertThat(json(post("/v1/workspaces/ws_1:deactivate", ""))
                        .at("/workspace/state")
                        .textValue())
                .isEqualTo("inactive");
        assertThat(json(post("/v1/workspaces/ws_1:activate", "{}"))
                        .at("/workspace/state")
                        .textValue())
                .isEqualTo("active");
        assertThat(json(get("/v1/workspaces/ws_1")).at("/workspace/name").textValue())
                .isEqualTo("ws_1");
        assertThat(json(get("/v1/workspaces/ws%5F1")).at("/workspace/name").textValue())
                .isEqualTo("ws_1");
    }

    @Test
    void explain_isAnsweredInTheWordsOfTheContract() {
        JsonNode answer = json(post(
                "/v1:explain", "{\"method\":\"GET\",\"path\":\"/v1/cases\",\"route_environment\":\"as_reference\"}"));

        assertThat(answer.get("allowed").booleanValue()).isFalse();
        assertThat(answer.at("/steps/0/outcome").textValue()).isEqualTo("passed");
        assertThat(answer.at("/answer/status").intValue()).isEqualTo(401);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("GET", "/v1/nothing", "", 404, "NOT_FOUND"),
                Arguments.of("GET", KEYS + "/key_none", "", 404, "NOT_FOUND"),
                Arguments.of("GET", KEYS + "/key_none:rotate", "", 405, "METHOD_NOT_ALLOWED"),
                Arguments.of("DELETE", KEYS, "", 405, "METHOD_NOT_ALLOWED"),
                Arguments.of("OPTIONS", KEYS, "", 405, "METHOD_NOT_ALLOWED"),
                Arguments.of("POST", "/v1/workspaces", "{\"id\":\"ws_1\"}", 409, "ALREADY_EXISTS"),
                Arguments.of("POST", KEYS, "{\"name\":", 400, "INVALID_ARGUMENT"),
                Arguments.of("POST", KEYS, "[]", 400, "INVALID_ARGUMENT"),
                Arguments.of("POST", KEYS, "{}{}", 400, "INVALID_ARGUMENT"),
                Arguments.of("POST", KEYS, "{\"name\":\"a\",\"name\":\"b\"}", 400, "INVALID_ARGUMENT"),
                Arguments.of("POST", KEYS, "{\"workspace\":\"ws_2\"}", 400, "INVALID_ARGUMENT"),
                Arguments.of("POST", KEYS + "?name=a", "{}", 400, "INVALID_ARGUMENT"),
                Arguments.of("GET", KEYS, "{}", 400, "INVALID_ARGUMENT"),
                Arguments.of("GET", KEYS + "?stat=active", "", 400, "INVALID_ARGUMENT"),
                Arguments.of("GET", KEYS + "?workspace=ws_2", "", 400, "INVALID_ARGUMENT"),
                Arguments.of("GET", KEYS + "?show_all=yes", "", 400, "INVALID_ARGUMENT"),
                Arguments.of("GET", KEYS + "?page_size=1&page_size=2", "", 400, "INVALID_ARGUMENT"),
                Arguments.of("POST", KEYS, "{\"name\":\"" + "x".repeat(70_000) + "\"}", 413, "CONTENT_TOO_LARGE"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusal_isAProblemDocument(String method, String path, String body, int status, String code) {
        AggregatedHttpResponse answer = send("h1c", HttpMethod.valueOf(method), path, body);

        assertProblem(answer, status, code);
    }

    @Test
    void wrongMethod_saysWhichThereAre() {
        assertThat(send("h1c", HttpMethod.DELETE, KEYS, "").headers().get(HttpHeaderNames.ALLOW))
                .isEqualTo("GET, HEAD, POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/json; charset=utf-16",
                "multipart/form-data; boundary=a",
                "application/merge-patch+json"
            })
    void bodyOfAnotherType_isRefused(String type) {
        RequestHeadersBuilder headers = headers(HttpMethod.POST, KEYS).contentType(MediaType.parse(type));

        assertProblem(
                send("h1c", headers, "{\"name\":\"a\",\"scopes\":[\"cases:read\"]}"), 415, "UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void wrongRequest_namesAllOfItAtOnce() {
        JsonNode readable = assertProblem(
                post(KEYS, "{\"name\":\"\",\"scopes\":[\"case:read\"],\"lifetime\":\"-1s\"}"), 400, "INVALID_ARGUMENT");
        assertThat(readable.get("violations").findValuesAsText("field"))
                .containsExactly("name", "scopes[0]", "lifetime");
        assertThat(readable.at("/violations/1").toString())
                .isEqualTo("{\"field\":\"scopes[0]\",\"value\":\"\\\"case:read\\\"\","
                        + "\"expected\":\"a scope of the policy, nearest: cases:read\"}");

        JsonNode unreadable =
                assertProblem(post(KEYS, "{\"nam\":\"\",\"scopes\":7,\"workspace\":\"x\"}"), 400, "INVALID_ARGUMENT");
        assertThat(unreadable.get("violations").findValuesAsText("field"))
                .containsExactlyInAnyOrder("nam", "scopes", "workspace", "name");
    }

    @Test
    void noToken_isRefusedBeforeAnythingIsRead() {
        for (String body : List.of("", "{", "{\"nam\":1}")) {
            AggregatedHttpResponse answer =
                    send("h1c", RequestHeaders.builder(HttpMethod.POST, KEYS).contentType(MediaType.JSON), body);

            assertProblem(answer, 401, "UNAUTHENTICATED");
            assertThat(answer.headers().get(HttpHeaderNames.WWW_AUTHENTICATE)).isEqualTo("Bearer realm=\"latchkey\"");
        }
    }

    @Test
    void noToken_bodyThatNeverComes_isNotWaitedFor() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), control.plane.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("POST " + KEYS + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 60000\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));

            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(answer.readLine()).isEqualTo("HTTP/1.1 401 Unauthorized");
        }
    }

    @Test
    void pageOfAnotherOrigin_isNotToldThatItMay() {
        RequestHeadersBuilder preflight = RequestHeaders.builder(HttpMethod.OPTIONS, KEYS)
                .set(HttpHeaderNames.ORIGIN, "https://evil.example")
                .set(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD, "POST");
        AggregatedHttpResponse answer = send("h1c", preflight, "");

        assertProblem(answer, 405, "METHOD_NOT_ALLOWED");
        assertThat(answer.headers().names()).noneMatch(name -> name.toString().startsWith("access-control"));
    }

    @Test
    void openApi_everyPathOfIt_isServed() {
        for (Map.Entry<String, JsonNode> path : schemas.paths()) {
            path.getValue().fieldNames().forEachRemaining(method -> {
                HttpMethod asked = HttpMethod.valueOf(method.toUpperCase(Locale.ROOT));
                String target = path.getKey().replaceAll("\\{[a-z]+}", "x");
                assertProblem(send("h2c", RequestHeaders.builder(asked, target), ""), 401, "UNAUTHENTICATED");
            });
        }
    }

    @Test
    void calls_areCountedAsThoseOfGrpc() {
        get(KEYS);
        assertThat(control.get("/metrics").body().lines())
                .anyMatch(line -> line.startsWith("latchkey_control_requests_total")
                        && line.contains("method=\"ListKeys\"")
                        && line.contains("grpc_status=\"0\"")
                        && line.contains("http_status=\"200\""));
    }

    private static JsonNode assertProblem(AggregatedHttpResponse answer, int status, String code) {
        assertThat(answer.status().code()).isEqualTo(status);
        assertThat(answer.headers().get(HttpHeaderNames.CONTENT_TYPE)).isEqualTo("application/problem+json");
        assertSafe(answer);
        JsonNode problem = tree(answer);
        assertThat(problem.get("type").textValue()).isEqualTo("urn:latchkey:error:" + code);
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("code").textValue()).isEqualTo(code);
        assertThat(problem.get("title").textValue()).isNotEmpty();
        return problem;
    }

    private static void assertSafe(AggregatedHttpResponse answer) {
        assertThat(answer.headers().get(HttpHeaderNames.CACHE_CONTROL)).isEqualTo("no-store");
        assertThat(answer.headers().get(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS)).isEqualTo("nosniff");
    }

    private static JsonNode json(AggregatedHttpResponse answer) {
        assertThat(answer.contentUtf8()).startsWith("{");
        assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(200);
        assertThat(answer.headers().get(HttpHeaderNames.CONTENT_TYPE)).isEqualTo("application/json");
        assertSafe(answer);
        return tree(answer);
    }

    private static JsonNode tree(AggregatedHttpResponse answer) {
        try {
            return JSON.readTree(answer.contentUtf8());
        } catch (JsonProcessingException e) {
            throw new AssertionError(answer.contentUtf8(), e);
        }
    }

    private static AggregatedHttpResponse get(String path) {
        return send("h1c", HttpMethod.GET, path, "");
    }

    private static AggregatedHttpResponse post(String path, String body) {
        return send("h1c", HttpMethod.POST, path, body);
    }

    private static AggregatedHttpResponse send(String protocol, HttpMethod method, String path, String body) {
        RequestHeadersBuilder headers = headers(method, path);
        if (!body.isEmpty()) {
            headers.contentType(MediaType.JSON);
        }
        return send(protocol, headers, body);
    }

    private static AggregatedHttpResponse send(String protocol, RequestHeadersBuilder headers, String body) {
        AggregatedHttpResponse answer = WebClient.of(protocol + "://127.0.0.1:" + control.plane.port())
                .execute(headers.build(), body)
                .aggregate()
                .join();
        schemas.check(headers.method().name(), headers.path(), answer.status().code(), tree(answer));
        return answer;
    }

    private static RequestHeadersBuilder headers(HttpMethod method, String path) {
        return RequestHeaders.builder(method, path)
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + RunningControlPlane.ALICE);
    }
}
