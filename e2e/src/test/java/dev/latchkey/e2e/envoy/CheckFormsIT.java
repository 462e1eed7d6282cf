package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Policy;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks as Envoys with other settings send them: with bodies, with few headers, of gRPC. */
class CheckFormsIT {
    private static World world;
    private static ManagedChannel sidecar;
    private static String key;
    private static String revoked;
    private static String expired;

    @BeforeAll
    static void start() {
        world = new World.Options().policy(Policy.parse("""
                        scopes: {cases:read: Read, pkg:get: Get, pkg:any: Any}
                        routes:
                        - {match: GET /v1/cases, scope: cases:read}
                        - {match: GET /open, public: true}
                        - {match: POST /pkg.Service/Get, scope: pkg:get}
                        - {match: "POST /pkg.Service/{method}", scope: pkg:any}
                        - {match: POST /grpc.health.v1.Health/Check, public: true}
                        """, "policy.yaml")).start();
        world.putWorkspace("ws_1", true);
        key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read", "pkg:get");
        revoked = world.store("key_2", "ws_1", Environment.LIVE, "cases:read");
        world.put(revoked, record("key_2", KeyRecord.State.REVOKED, KeyRecord.NEVER));
        expired = world.store("key_3", "ws_1", Environment.LIVE, "cases:read");
        world.put(expired, record("key_3", KeyRecord.State.ACTIVE, 1));
        sidecar = Checks.channel(world.sidecar.authzPort());
    }

    private static KeyRecord record(String id, KeyRecord.State state, long expiresAt) {
        return new KeyRecord(id, "ws_1", Environment.LIVE, Set.of("cases:read"), state, expiresAt, 2);
    }

    @AfterAll
    static void stop() {
        sidecar.shutdownNow();
        world.close();
    }

    private static CheckResponse check(AttributeContext.HttpRequest.Builder request) {
        return AuthorizationGrpc.newBlockingStub(sidecar)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(Checks.of(request));
    }

    private static int status(CheckResponse response) {
        return response.hasOkResponse() && response.getStatus().getCode() == 0
                ? 200
                : response.getDeniedResponse().getStatus().getCodeValue();
    }

    private static String reason(CheckResponse response) {
        return response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
    }

    static Stream<byte[]> bodies() {
        byte[] denial = "{\"code\":\"AUTH_INVALID_KEY\",\"status\":401}".getBytes(StandardCharsets.US_ASCII);
        byte[] cut = "{\"a\":\"\u00e9".getBytes(StandardCharsets.ISO_8859_1);
        return Stream.of(new byte[0], new byte[100_000], new byte[1_500_000], new byte[6_000_000], denial, cut);
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("bodies")
    void check_withBody_isDecidedAsWithoutIt(byte[] body) {
        for (boolean raw : new boolean[] {true, false}) {
            assertThat(status(check(withBody(Checks.request(key), body, raw)))).isEqualTo(200);
            assertThat(status(check(withBody(Checks.request(key).clearHeaders(), body, raw))))
                    .isEqualTo(401);
        }
    }

    private static AttributeContext.HttpRequest.Builder withBody(
            AttributeContext.HttpRequest.Builder request, byte[] body, boolean raw) {
        request.setSize(body.length);
        return raw
                ? request.setRawBody(ByteString.copyFrom(body))
                : request.setBody(new String(body, StandardCharsets.US_ASCII));
    }

    @Test
    void check_authorizationAlone_setsIdentityAndRemovesTheCredential() {
        AttributeContext.HttpRequest.Builder raw = Checks.request(key)
                .clearHeaders()
                .setHeaderMap(HeaderMap.newBuilder()
                        .addHeaders(HeaderValue.newBuilder()
                                .setKey("authorization")
                                .setRawValue(ByteString.copyFromUtf8("Bearer " + key))));
        for (AttributeContext.HttpRequest.Builder request : List.of(Checks.request(key), raw)) {
            CheckResponse response = check(request);

            assertThat(status(response)).isEqualTo(200);
            assertThat(response.getOkResponse().getHeadersToRemoveList()).contains("authorization");
            assertThat(response.getOkResponse().getHeadersList())
                    .anySatisfy(
                            header -> assertThat(header.getHeader().getKey()).isEqualTo("x-latchkey-workspace"));
        }
    }

    @Test
    void check_noHeaders_isNoCredential() {
        assertThat(reason(check(Checks.request(key).clearHeaders()))).isEqualTo("no_credential");
        assertThat(reason(check(Checks.request(key).clearHeaders().setHeaderMap(HeaderMap.getDefaultInstance()))))
                .isEqualTo("no_credential");
    }

    @Test
    void check_exclamationMarkInThePath_needsTheRawPath() {
        assertThat(status(check(pathed("/v1/cases!", null)))).isEqualTo(400);
        assertThat(status(check(pathed("/v1/cases!", "/v1/cases!")))).isEqualTo(403);
        assertThat(status(check(pathed("/v1/cases!", "/v1/cases\u00e9")))).isEqualTo(400);
        assertThat(status(check(pathed("/v1/cases", "/v1/cases")))).isEqualTo(200);
        assertThat(status(check(pathed("/v1/cases", "/v1/other")))).isEqualTo(400);
        assertThat(status(check(pathed("/v1/cases?a!", null)))).isEqualTo(200);
    }

    private static AttributeContext.HttpRequest.Builder pathed(String path, @Nullable String raw) {
        HeaderMap.Builder headers = HeaderMap.newBuilder().addHeaders(value("authorization", "Bearer " + key));
        if (raw != null) {
            headers.addHeaders(value(":path", raw));
        }
        return Checks.request(key).clearHeaders().setPath(path).setHeaderMap(headers);
    }

    private static HeaderValue value(String name, String value) {
        return HeaderValue.newBuilder()
                .setKey(name)
                .setRawValue(ByteString.copyFrom(value, StandardCharsets.ISO_8859_1))
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"})
    void check_ofGrpc_isDecidedByMethodAndAnsweredInGrpc(String type) {
        assertThat(status(check(grpc("/pkg.Service/Get", type)))).isEqualTo(200);
        assertGrpc(check(grpc("/pkg.Service/Put", type)), "scope_missing", "7");
        assertGrpc(check(grpc("/pkg.Service/Get/", type)), "no_rule", "7");
        assertGrpc(check(grpc("/pkg.service/Get", type)), "no_rule", "7");
        assertGrpc(check(grpc("/pkg.v2.Service/Get", type)), "no_rule", "7");
        assertGrpc(
                check(grpc("/pkg.Service/Get", type).clearHeaders().putHeaders("content-type", type)),
                "no_credential",
                "16");
        assertThat(status(check(grpc("/grpc.health.v1.Health/Check", type).removeHeaders("authorization"))))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/grpc-web",
                "application/grpc-web+proto",
                "application/grpc-web-text",
                "application/json"
            })
    void check_ofGrpcWeb_isAnsweredAsPlainHttp(String type) {
        CheckResponse response = check(grpc("/pkg.Service/Other", type));

        assertThat(status(response)).isEqualTo(403);
        assertThat(response.getDeniedResponse().getBody()).startsWith("{\"type\":");
    }

    private static AttributeContext.HttpRequest.Builder grpc(String path, String type) {
        return Checks.request(key).setMethod("POST").setPath(path).putHeaders("content-type", type);
    }

    private static void assertGrpc(CheckResponse response, String reason, String status) {
        assertThat(reason(response)).isEqualTo(reason);
        assertThat(response.getDeniedResponse().getHeadersList()).anySatisfy(header -> {
            assertThat(header.getHeader().getKey()).isEqualTo("grpc-status");
            assertThat(header.getHeader().getValue()).isEqualTo(status);
        });
        assertThat(response.getDeniedResponse().getBody())
                .isNotBlank()
                .hasSizeLessThan(120)
                .doesNotContain("{", "\n");
    }

    static Stream<String> credentialsOfAnyKind() {
        String basic = Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.US_ASCII));
        return Stream.of(
                "Bearer " + key,
                "Bearer " + revoked,
                "Bearer " + expired,
                "Bearer " + key.substring(0, 20),
                "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
                "Basic " + basic,
                "garbage",
                "Bearer",
                "");
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("credentialsOfAnyKind")
    void check_publicRoute_isAllowedAndOnlyOurKeysAreRemoved(String authorization) {
        AttributeContext.HttpRequest.Builder request =
                Checks.request(key).setPath("/open").clearHeaders();
        if (!authorization.isEmpty()) {
            request.putHeaders("authorization", authorization);
        }

        CheckResponse response = check(request);

        assertThat(status(response)).isEqualTo(200);
        assertThat(reason(response)).isEqualTo("public");
        assertThat(response.getOkResponse().getHeadersToRemoveList().contains("authorization"))
                .isEqualTo(authorization.contains("opt_live_"));
        assertThat(response.getOkResponse().getHeadersList()).isEmpty();
    }
}
