package dev.latchkey.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Requirement;
import dev.latchkey.policy.Route;
import dev.latchkey.policy.path.CanonicalPath;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckResponsesTest {
    private static final Route ROUTE =
            new Route("POST /v1/cases", new Requirement(Requirement.Kind.ALL_OF, List.of("a:read", "a:write")), null);
    private static final KeyRecord KEY = new KeyRecord(
            "key_1", "ws_1", Environment.LIVE, Set.of("a:read"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);

    private static final AnswerStyle STYLE = new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey");
    private static final IdentityHeaders IDENTITY = new IdentityHeaders("x-latchkey-");

    private final ReadAnswers responses = responses(true);

    static Stream<Reason> denials() {
        return Arrays.stream(Reason.values()).filter(reason -> reason.denial() != null);
    }

    static Stream<Reason> allows() {
        return Arrays.stream(Reason.values()).filter(reason -> reason.denial() == null);
    }

    @ParameterizedTest
    @MethodSource("denials")
    void of_denial_isADeniedResponseWithExplicitStatus(Reason reason) {
        for (IncomingCheck check : List.of(check("req-1", false), check(null, false), check("req-1", true))) {
            CheckResponse response = responses.of(deny(reason), check);

            assertThat(response.getStatus().getCode())
                    .isEqualTo(deny(reason).denial().grpcStatus());
            assertThat(response.hasOkResponse()).isFalse();
            assertThat(response.getDeniedResponse().getStatus().getCodeValue())
                    .isEqualTo(deny(reason).denial().httpStatus());
        }
    }

    @ParameterizedTest
    @MethodSource("denials")
    void of_denial_bodyIsAProblemWithItsMembersInOrder(Reason reason) throws Exception {
        JsonNode body = body(responses.of(deny(reason), check("req-1", false)));

        assertThat(body.fieldNames())
                .toIterable()
                .containsExactly("type", "title", "status", "code", "detail", "request_id");
        assertThat(body.get("type").asText()).isEqualTo("urn:latchkey:error:" + reason.code());
        assertThat(body.get("title").asText()).isEqualTo(deny(reason).denial().title());
        assertThat(body.get("status").asInt()).isEqualTo(deny(reason).denial().httpStatus());
        assertThat(body.get("code").asText()).isEqualTo(reason.code());
        assertThat(body.get("detail").asText()).isNotBlank();
        assertThat(body.get("request_id").asText()).isEqualTo("req-1");
    }

    @ParameterizedTest
    @MethodSource("denials")
    void of_denialWithoutRequestId_bodyLeavesItOut(Reason reason) throws Exception {
        assertThat(body(responses.of(deny(reason), check(null, false))).has("request_id"))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("denials")
    void of_denial_onlyA401OrAScopeProblemCarriesAChallenge(Reason reason) {
        Map<String, String> headers =
                headers(responses.of(deny(reason), check("req-1", false)).getDeniedResponse());

        String expected = switch (reason) {
            case NO_CREDENTIAL -> "Bearer realm=\"latchkey\"";
            case MALFORMED_CREDENTIAL, BAD_CHECKSUM, UNKNOWN_KEY, REVOKED_KEY, EXPIRED_KEY ->
                "Bearer realm=\"latchkey\", error=\"invalid_token\"";
            case NO_RULE, WRONG_ENVIRONMENT -> "Bearer realm=\"latchkey\", error=\"insufficient_scope\"";
            case SCOPE_MISSING -> "Bearer realm=\"latchkey\", error=\"insufficient_scope\", scope=\"a:read a:write\"";
            default -> null;
        };
        assertThat(headers.get("www-authenticate")).isEqualTo(expected);
        assertThat(headers.get("retry-after")).isEqualTo(reason.code().equals("AUTH_UNAVAILABLE") ? "1" : null);
        assertThat(headers).containsEntry("content-type", "application/problem+json");
    }

    @ParameterizedTest
    @MethodSource("denials")
    void of_denialToGrpcCaller_hasGrpcStatusAndAShortPlainBody(Reason reason) {
        DeniedHttpResponse denied =
                responses.of(deny(reason), check("req-1", true)).getDeniedResponse();

        assertThat(headers(denied))
                .containsEntry(
                        "grpc-status", Integer.toString(deny(reason).denial().grpcStatus()))
                .doesNotContainEntry("content-type", "application/problem+json");
        assertThat(denied.getBody())
                .isEqualTo(reason.code() + ": " + deny(reason).denial().title())
                .matches("[ -~]{1,120}");
    }

    @ParameterizedTest
    @MethodSource("denials")
    void of_denialThatDoesNotVary_isBuiltOnce(Reason reason) {
        if (reason != Reason.SCOPE_MISSING) {
            CheckResponses raw = new CheckResponses(STYLE, IDENTITY);

            assertThat(raw.of(deny(reason), check(null, false))).isSameAs(raw.of(deny(reason), check(null, false)));
        }
    }

    @Test
    void of_unknownAndRevoked_areByteForByteTheSameToTheCaller() {
        IncomingCheck check = check("req-1", false);

        assertThat(responses
                        .of(new Decision.Deny(Reason.REVOKED_KEY, ROUTE, KEY), check)
                        .getDeniedResponse())
                .isEqualTo(responses
                        .of(new Decision.Deny(Reason.UNKNOWN_KEY, ROUTE, null), check)
                        .getDeniedResponse());
    }

    @Test
    void of_workspaceMissingAndInactive_areTheSameToTheCaller() {
        IncomingCheck check = check(null, false);

        assertThat(responses.of(deny(Reason.WORKSPACE_MISSING), check).getDeniedResponse())
                .isEqualTo(responses.of(deny(Reason.WORKSPACE_INACTIVE), check).getDeniedResponse());
    }

    @ParameterizedTest
    @MethodSource("allows")
    void of_allow_isTheOnlyOkResponse(Reason reason) {
        CheckResponse response = responses.of(allow(reason), check("req-1", false));

        assertThat(response.hasStatus()).isTrue();
        assertThat(response.getStatus().getCode()).isZero();
        assertThat(response.hasOkResponse()).isTrue();
    }

    @Test
    void of_allowByKey_setsIdentityAndRemovesCredentialAndOverrides() {
        CheckResponse response = responses.of(allow(Reason.OK), check("req-1", false));

        assertThat(set(response))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "x-latchkey-workspace", "ws_1",
                        "x-latchkey-key", "key_1",
                        "x-latchkey-environment", "live",
                        "x-latchkey-scopes", "a:read"));
        assertThat(response.getOkResponse().getHeadersToRemoveList())
                .containsExactlyInAnyOrder(
                        "authorization",
                        "x-http-method-override",
                        "x-http-method",
                        "x-method-override",
                        "x-original-url",
                        "x-rewrite-url");
    }

    /** Written byte by byte; of lengths below and above what one byte can tell. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50, 90, 127, 128, 1000, 20_000})
    void of_allowByKey_isWhatTheGeneratedClassesBuild(int length) {
        KeyRecord key = new KeyRecord(
                "k".repeat(Math.min(64, length)),
                "w".repeat(Math.min(64, length)),
                Environment.TEST,
                Set.of("s".repeat(length)),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
        Decision allowed = new Decision.Allow(Reason.OK, ROUTE, key);
        IncomingCheck spoofed =
                new IncomingCheck(check("r", false).access(), RequestId.NONE, false, true, List.of("x_latchkey_key"));

        assertThat(responses.of(allowed, spoofed)).isEqualTo(generated(key));
    }

    private static CheckResponse generated(KeyRecord key) {
        OkHttpResponse.Builder ok = OkHttpResponse.newBuilder()
                .addAllHeadersToRemove(List.of(
                        "x-http-method-override",
                        "x-http-method",
                        "x-method-override",
                        "x-original-url",
                        "x-rewrite-url",
                        "authorization",
                        "x_latchkey_key"));
        IDENTITY.forEach(
                key,
                (name, value) -> ok.addHeaders(HeaderValueOption.newBuilder()
                        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)));
        return CheckResponse.newBuilder()
                .setStatus(Status.getDefaultInstance())
                .setOkResponse(ok)
                .setDynamicMetadata(Struct.newBuilder()
                        .putFields("code", text("OK"))
                        .putFields("reason", text("ok"))
                        .putFields("key_id", text(key.id()))
                        .putFields("workspace", text(key.workspace()))
                        .putFields("environment", text("test"))
                        .putFields("rule", text(ROUTE.rule())))
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    @Test
    void of_allowOnPublicRoute_removesEveryIdentityHeaderAndLeavesForeignCredentials() {
        CheckResponse response = responses.of(allow(Reason.PUBLIC), check("req-1", false));

        assertThat(set(response)).isEmpty();
        assertThat(response.getOkResponse().getHeadersToRemoveList())
                .contains("x-latchkey-workspace", "x-latchkey-key", "x-latchkey-environment", "x-latchkey-scopes")
                .doesNotContain("authorization");
    }

    @Test
    void of_allowOnPublicRouteWithOneOfOurKeys_removesIt() {
        IncomingCheck check = new IncomingCheck(check("r", false).access(), RequestId.of("r"), false, true, List.of());

        assertThat(responses.of(allow(Reason.PUBLIC), check).getOkResponse().getHeadersToRemoveList())
                .contains("authorization");
    }

    @ParameterizedTest
    @MethodSource("allows")
    void of_allow_nothingIsBothSetAndRemoved(Reason reason) {
        IncomingCheck spoofed = new IncomingCheck(
                check("r", false).access(),
                RequestId.of("r"),
                false,
                false,
                List.of("x_latchkey_key", "x-latchkey_scopes"));

        CheckResponse response = responses.of(allow(reason), spoofed);

        assertThat(response.getOkResponse().getHeadersToRemoveList())
                .contains("x_latchkey_key", "x-latchkey_scopes")
                .noneMatch(set(response)::containsKey);
    }

    @Test
    void of_allowWithOverridesKept_removesTheCredentialOnly() {
        assertThat(responses(false)
                        .of(allow(Reason.OK), check("r", false))
                        .getOkResponse()
                        .getHeadersToRemoveList())
                .containsExactly("authorization");
    }

    @Test
    @SuppressWarnings("deprecation") // the deprecated `append` is what must stay unset
    void of_anyAnswer_headersOverwriteAndNeverAppend() {
        Stream<HeaderValueOption> headers = Stream.concat(
                allows().flatMap(r ->
                        responses.of(allow(r), check("r", false)).getOkResponse().getHeadersList().stream()),
                denials()
                        .flatMap(r ->
                                responses
                                        .of(deny(r), check("r", false))
                                        .getDeniedResponse()
                                        .getHeadersList()
                                        .stream()));

        assertThat(headers).isNotEmpty().allSatisfy(header -> {
            assertThat(header.hasAppend()).isFalse();
            assertThat(header.getAppendAction()).isEqualTo(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
            assertThat(header.getHeader().getRawValue().isEmpty()).isTrue();
            assertThat(header.getHeader().getValue()).matches("[ -~]+");
        });
    }

    @Test
    void of_anyAnswer_metadataSaysWhatIsKnown() {
        assertThat(metadata(responses.of(allow(Reason.OK), check("r", false))))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "code", "OK",
                        "reason", "ok",
                        "key_id", "key_1",
                        "workspace", "ws_1",
                        "environment", "live",
                        "rule", "POST /v1/cases"));
        assertThat(metadata(responses.of(Decision.Deny.of(Reason.NO_CREDENTIAL), check(null, false))))
                .containsExactlyInAnyOrderEntriesOf(Map.of("code", "AUTH_INVALID_KEY", "reason", "no_credential"));
        assertThat(metadata(responses.of(new Decision.Deny(Reason.REVOKED_KEY, ROUTE, KEY), check(null, false))))
                .containsEntry("code", "AUTH_INVALID_KEY")
                .containsEntry("reason", "revoked_key")
                .containsEntry("key_id", "key_1");
    }

    @Test
    void unreadable_answer_isA503() {
        assertThat(responses.unreadable().getDeniedResponse().getStatus().getCodeValue())
                .isEqualTo(503);
        assertThat(responses.unreadable().getStatus().getCode()).isEqualTo(14);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "x-latchkey-key,false",
        "x_latchkey_key,true",
        "x-latchkey_key,true",
        "x_latchkey-key,true",
        "X-Latchkey-Key,true",
        "x-latchkey-keys,false",
        "x-latchkey-other,false",
        "y-latchkey-key,false",
        "x.latchkey.workspace,true",
        "x!latchkey~workspace,true",
        "x'latchkey*environment,true",
        "x+latchkey|scopes,true",
        "X^LATCHKEY`KEY,true",
        "x9latchkey-key,false",
        "x\u00e9latchkey-key,false",
        "x-http-method-override,false",
        "X.HTTP.Method.Override,true",
        "x_http_method,true",
        "x-method&override,true",
        "x#original$url,true",
        "x-rewrite%url,true",
        "x-request-url,false"
    })
    void isOtherSpelling_header_asAnUpstreamMightReadIt(String header, boolean other) {
        assertThat(isOtherSpelling(new IdentityHeaders(STYLE), header)).isEqualTo(other);
    }

    @Test
    void isOtherSpelling_overridesAreKept_onlyOfIdentityHeaders() {
        IdentityHeaders identity = new IdentityHeaders(new AnswerStyle("x-latchkey-", false, "urn:a:", "latchkey"));

        assertThat(isOtherSpelling(identity, "x.http.method")).isFalse();
        assertThat(isOtherSpelling(identity, "x.latchkey.key")).isTrue();
    }

    private static boolean isOtherSpelling(IdentityHeaders identity, String header) {
        byte[] bytes = ("[" + header + "]").getBytes(StandardCharsets.ISO_8859_1);
        return identity.isOtherSpelling(bytes, 1, bytes.length - 1);
    }

    private static ReadAnswers responses(boolean removeOverrides) {
        return new ReadAnswers(
                new AnswerStyle("x-latchkey-", removeOverrides, "urn:latchkey:error:", "latchkey"), IDENTITY);
    }

    private static Decision.Deny deny(Reason reason) {
        return new Decision.Deny(reason, reason == Reason.SCOPE_MISSING ? ROUTE : null, null);
    }

    private static Decision.Allow allow(Reason reason) {
        return new Decision.Allow(reason, ROUTE, reason == Reason.OK ? KEY : null);
    }

    private static IncomingCheck check(@Nullable String requestId, boolean grpc) {
        AccessRequest access = new AccessRequest(
                RouteConfig.NONE,
                "api.example.com",
                "POST",
                CanonicalPath.parse("/v1/cases"),
                Credential.Absent.NO_HEADER,
                false);
        return new IncomingCheck(access, RequestId.of(requestId == null ? "" : requestId), grpc, false, List.of());
    }

    private static JsonNode body(CheckResponse response) throws Exception {
        return new ObjectMapper().readTree(response.getDeniedResponse().getBody());
    }

    private static Map<String, String> headers(DeniedHttpResponse denied) {
        return pairs(denied.getHeadersList());
    }

    private static Map<String, String> set(CheckResponse response) {
        return pairs(response.getOkResponse().getHeadersList());
    }

    private static Map<String, String> pairs(List<HeaderValueOption> headers) {
        Map<String, String> pairs = new LinkedHashMap<>();
        headers.forEach(
                h -> assertThat(pairs.put(h.getHeader().getKey(), h.getHeader().getValue()))
                        .isNull());
        return pairs;
    }

    private static Map<String, String> metadata(CheckResponse response) {
        Map<String, String> metadata = new LinkedHashMap<>();
        response.getDynamicMetadata()
                .getFieldsMap()
                .forEach((name, value) -> metadata.put(name, value.getStringValue()));
        return metadata;
    }
}
