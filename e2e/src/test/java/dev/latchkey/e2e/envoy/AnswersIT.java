package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.World.assertProblem;
import static dev.latchkey.e2e.World.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each answer of the contract, through a real Envoy with the reference configuration and the reference policy. */
class AnswersIT {
    private static World world;
    private static String key;
    private static String readOnly;
    private static String test;
    private long reachedBefore;

    @BeforeAll
    static void start() {
        world = new World.Options().start();
        world.putWorkspace("ws_1", true);
        world.putWorkspace("ws_off", false);
        String[] all = world.policy.scopes().keySet().toArray(String[]::new);
        key = world.store("key_live", "ws_1", Environment.LIVE, all);
        readOnly = world.store("key_ro", "ws_1", Environment.LIVE, "cases:read");
        test = world.store("key_test", "ws_1", Environment.TEST, all);
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
    void allow_liveKey_reachesTheLiveUpstreamAsTheKey() {
        RawHttp.Response response = world.send(
                "GET",
                "/v1/cases?status=open",
                "Authorization: Bearer " + key,
                "X-Latchkey-Workspace: ws_evil",
                "X-Latchkey-Key: key_evil",
                "x-latchkey-scopes: cases:delete",
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /admin",
                "x-custom: kept");

        assertThat(response.status()).isEqualTo(200);
        JsonNode echo = json(response.body());
        assertThat(echo.get("upstream").asText()).isEqualTo("live");
        assertThat(echo.get("path").asText()).isEqualTo("/v1/cases?status=open");
        JsonNode headers = echo.get("headers");
        assertThat(headers.get("x-latchkey-workspace").asText()).isEqualTo("ws_1");
        assertThat(headers.get("x-latchkey-key").asText()).isEqualTo("key_live");
        assertThat(headers.get("x-latchkey-environment").asText()).isEqualTo("live");
        assertThat(headers.get("x-latchkey-scopes").asText().split(" "))
                .containsExactlyInAnyOrder(world.policy.scopes().keySet().toArray(String[]::new));
        assertThat(headers.get("x-custom").asText()).isEqualTo("kept");
        assertThat(headers.fieldNames())
                .toIterable()
                .doesNotContain("authorization", "x-http-method-override", "x-original-url");
        assertThat(response.body()).doesNotContain(key, "evil");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER   "})
    void allow_testKey_reachesTheSandboxHoweverItIsWritten(String scheme) {
        RawHttp.Response response = world.send("GET", "/v1/cases", "Authorization: " + scheme + test);

        assertThat(response.status()).isEqualTo(200);
        assertThat(json(response.body()).get("upstream").asText()).isEqualTo("sandbox");
        assertThat(json(response.body()).at("/headers/x-latchkey-environment").asText())
                .isEqualTo("test");
    }

    @Test
    void allow_publicRoute_needsNoKeyAndPassesNoIdentity() {
        RawHttp.Response response = world.send(
                "GET",
                "/healthz",
                "X-Latchkey-Key: key_evil",
                "X-Latchkey-Workspace: ws_evil",
                "Authorization: Basic Zm9v");

        assertThat(response.status()).isEqualTo(200);
        JsonNode headers = json(response.body()).get("headers");
        assertThat(headers.fieldNames()).toIterable().noneMatch(name -> name.startsWith("x-latchkey-"));
        assertThat(headers.get("authorization").asText()).isEqualTo("Basic Zm9v");
    }

    @Test
    void allow_publicRouteWithOneOfOurKeys_doesNotPassIt() {
        RawHttp.Response response = world.get("/healthz", key);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).doesNotContain(key);
    }

    @Test
    void allow_head_isTheRuleOfGetAndHasNoBody() {
        RawHttp.Response response = world.send("HEAD", "/v1/cases", "Authorization: Bearer " + key);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void deny_noKey_is401WithABareChallenge() {
        RawHttp.Response response = world.send("GET", "/v1/cases");

        denied(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\"");
        assertThat(json(response.body()).get("request_id").asText()).matches("[0-9a-f-]{36}");
    }

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer x",
                "Basic Zm9v",
                "Bearer opt_live_0000000000000000000000000000000046uziM",
                "Bearer opt_live_0000000000000000000000000000000046uziL",
                "Bearer opt_live_0000000000000000000000000000000046uziL,Bearer"
                        + " opt_live_0000000000000000000000000000000046uziL"
            })
    void deny_noGoodKey_is401WithInvalidToken(String authorization) {
        RawHttp.Response response = world.send("GET", "/v1/cases", "Authorization: " + authorization);

        denied(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\", error=\"invalid_token\"");
    }

    @Test
    void deny_twoAuthorizationLines_is401EvenIfBothAreGood() {
        denied(
                world.send("GET", "/v1/cases", "Authorization: Bearer " + key, "Authorization: Bearer " + key),
                401,
                "AUTH_INVALID_KEY");
    }

    @Test
    void deny_revokedAndUnknown_areTheSameAnswer() {
        String revoked = world.store("key_revoked", "ws_1", Environment.LIVE, "cases:read");
        assertThat(world.get("/v1/cases", revoked).status()).isEqualTo(200);
        world.put(revoked, record("key_revoked", KeyRecord.State.REVOKED, KeyRecord.NEVER));
        Awaitility.await().until(() -> world.get("/v1/cases", revoked).status() == 401);
        reachedBefore = world.upstreamRequests();

        RawHttp.Response response = world.get("/v1/cases", revoked);
        RawHttp.Response unknown = world.get("/v1/cases", "opt_live_0000000000000000000000000000000046uziL");

        denied(response, 401, "AUTH_INVALID_KEY");
        assertThat(withoutRequestId(response.body())).isEqualTo(withoutRequestId(unknown.body()));
        assertThat(response.header("www-authenticate")).isEqualTo(unknown.header("www-authenticate"));
    }

    @Test
    void deny_expired_is401WithItsOwnCode() {
        String expired = world.store("key_expired", "ws_1", Environment.LIVE, "cases:read");
        world.put(expired, record("key_expired", KeyRecord.State.ACTIVE, System.currentTimeMillis() - 1));

        RawHttp.Response response = world.get("/v1/cases", expired);

        denied(response, 401, "AUTH_EXPIRED_KEY");
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\", error=\"invalid_token\"");
    }

    @Test
    void deny_scopeMissing_is403AndNamesTheScope() {
        RawHttp.Response response = world.send("DELETE", "/v1/cases/42", "Authorization: Bearer " + readOnly);

        denied(response, 403, "AUTH_INSUFFICIENT_SCOPE");
        assertThat(response.header("www-authenticate"))
                .isEqualTo("Bearer realm=\"latchkey\", error=\"insufficient_scope\", scope=\"cases:delete\"");
        assertThat(json(response.body()).get("detail").asText()).contains("cases:delete");
    }

    @Test
    void deny_noRule_is403OnlyForAGoodKey() {
        RawHttp.Response response = world.get("/v2/unknown", key);

        denied(response, 403, "AUTH_INSUFFICIENT_SCOPE");
        assertThat(response.header("www-authenticate"))
                .isEqualTo("Bearer realm=\"latchkey\", error=\"insufficient_scope\"");
        denied(world.send("GET", "/v2/unknown"), 401, "AUTH_INVALID_KEY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws_off", "ws_gone"})
    void deny_workspaceInactiveOrMissing_is403WithoutChallenge(String workspace) {
        String off = world.store("key_" + workspace, workspace, Environment.LIVE, "cases:read");

        RawHttp.Response response = world.get("/v1/cases", off);

        denied(response, 403, "AUTH_TENANT_INACTIVE");
        assertThat(response.header("www-authenticate")).isNull();
    }

    @Test
    void deny_pathNotCanonical_is400WithoutChallenge() {
        RawHttp.Response response = world.get("/v1/cases;v=1", key);

        denied(response, 400, "AUTH_INVALID_REQUEST");
        assertThat(response.header("www-authenticate")).isNull();
    }

    @Test
    void deny_badRecord_is503WithRetryAfter() {
        String broken = world.store("key_broken", "ws_1", Environment.LIVE, "cases:read");
        world.put(broken, record("key_broken", KeyRecord.State.ACTIVE, KeyRecord.NEVER, Environment.TEST));

        RawHttp.Response response = world.get("/v1/cases", broken);

        denied(response, 503, "AUTH_UNAVAILABLE");
        assertThat(response.header("retry-after")).isEqualTo("1");
    }

    @Test
    void deny_head_hasHeadersAndNoBody() {
        RawHttp.Response response = world.send("HEAD", "/v1/cases");

        assertThat(response.status()).isEqualTo(401);
        assertThat(response.header("www-authenticate")).isEqualTo("Bearer realm=\"latchkey\"");
        assertThat(response.header("content-length")).isNotEqualTo("0");
    }

    @Test
    void deny_grpcCaller_getsGrpcStatusAndMessage() {
        RawHttp.Response response =
                world.send("POST", "/cases.v1.Cases/Get", "Content-Type: application/grpc", "TE: trailers");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("grpc-status")).isEqualTo("16");
        assertThat(response.header("grpc-message"))
                .isEqualTo("AUTH_INVALID_KEY: API key is missing, malformed, or revoked");
        assertThat(world.upstreamRequests()).isEqualTo(reachedBefore);
    }

    @Test
    void deny_grpcCallerBadPath_getsGrpcStatusOfTheCode() {
        RawHttp.Response response = world.send("POST", "/cases.v1.Cases/Get;x", "Content-Type: application/grpc+proto");

        assertThat(response.header("grpc-status")).isEqualTo("3");
    }

    @Test
    void preflight_fromTheAllowedOrigin_isAnsweredByEnvoyAndFromAnotherDenied() {
        RawHttp.Response allowed = world.send(
                "OPTIONS", "/v1/cases", "Origin: https://app.example.com", "Access-Control-Request-Method: POST");
        RawHttp.Response denied = world.send(
                "OPTIONS", "/v1/cases", "Origin: https://evil.example.com", "Access-Control-Request-Method: POST");

        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("access-control-allow-origin")).isEqualTo("https://app.example.com");
        denied(denied, 401, "AUTH_INVALID_KEY");
    }

    @Test
    void deny_fromTheAllowedOrigin_carriesTheCorsHeader() {
        RawHttp.Response response = world.send("GET", "/v1/cases", "Origin: https://app.example.com");

        denied(response, 401, "AUTH_INVALID_KEY");
        assertThat(response.header("access-control-allow-origin")).isEqualTo("https://app.example.com");
    }

    @Test
    void accessLog_allowAndDeny_sayCodeReasonRuleAndKeyButNoSecret() {
        world.get("/v1/cases/logged?key=" + readOnly, readOnly);
        world.send("DELETE", "/v1/cases/logged", "Authorization: Bearer " + readOnly);

        List<JsonNode> entries = Awaitility.await()
                .until(
                        () -> world.accessLog(1).stream()
                                .filter(entry -> entry.get("path").asText().equals("/v1/cases/logged"))
                                .toList(),
                        found -> found.size() == 2);

        assertThat(entries.get(0).get("auth_code").asText()).isEqualTo("OK");
        assertThat(entries.get(0).get("auth_rule").asText()).isEqualTo("GET /v1/cases/{id}");
        assertThat(entries.get(0).get("key_id").asText()).isEqualTo("key_ro");
        assertThat(entries.get(1).get("auth_code").asText()).isEqualTo("AUTH_INSUFFICIENT_SCOPE");
        assertThat(entries.get(1).get("auth_reason").asText()).isEqualTo("scope_missing");
        assertThat(entries.toString()).doesNotContain(readOnly);
    }

    private void denied(RawHttp.Response response, int status, String code) {
        assertProblem(response, status, code);
        assertThat(world.upstreamRequests())
                .as("requests that reached an upstream")
                .isEqualTo(reachedBefore);
    }

    private static KeyRecord record(String id, KeyRecord.State state, long expiresAt) {
        return new KeyRecord(id, "ws_1", Environment.LIVE, Set.of("cases:read"), state, expiresAt, 2);
    }

    private static KeyRecord record(String id, KeyRecord.State state, long expiresAt, Environment environment) {
        return new KeyRecord(id, "ws_1", environment, Set.of("cases:read"), state, expiresAt, 2);
    }

    private static String withoutRequestId(String body) {
        return body.replaceAll("\"request_id\":\"[^\"]*\"", "");
    }
}
