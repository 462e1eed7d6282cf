package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.v1.ExplainRequest;
import dev.latchkey.v1.ExplainResponse;
import dev.latchkey.v1.HttpHeader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code explain} says beside what a client gets through a real Envoy with the reference configuration. */
class ExplainIT {
    private static final String REVOKED = "opt_live_revoked0123456789";
    private static final String EXPIRED = "opt_live_expired0123456789";
    private static final String INACTIVE = "opt_live_inactive0123456789";
    private static final List<String> SHOWN = List.of("content-type", "www-authenticate", "retry-after");

    private static World world;
    private static ControlPlane control;
    private static AdminApi admin;

    @BeforeAll
    static void start() throws IOException {
        world = new World.Options().start();
        world.putWorkspace("ws_1", true);
        world.putWorkspace("ws_off", false);
        put(World.IMPORTED_LIVE, "key_live", "ws_1", Environment.LIVE, KeyRecord.State.ACTIVE, KeyRecord.NEVER);
        put(World.IMPORTED_TEST, "key_test", "ws_1", Environment.TEST, KeyRecord.State.ACTIVE, KeyRecord.NEVER);
        put(REVOKED, "key_revoked", "ws_1", Environment.LIVE, KeyRecord.State.REVOKED, KeyRecord.NEVER);
        put(EXPIRED, "key_expired", "ws_1", Environment.LIVE, KeyRecord.State.ACTIVE, 1);
        put(INACTIVE, "key_inactive", "ws_off", Environment.LIVE, KeyRecord.State.ACTIVE, KeyRecord.NEVER);
        control = AdminApi.startControl(world.redis.uri(), Map.of("LATCHKEY_KEYS_ACCEPT_IMPORTED", "true"));
        admin = new AdminApi(control.port());
    }

    @AfterAll
    static void stop() {
        admin.close();
        control.close();
        world.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of("GET", "/v1/cases?page=2", World.IMPORTED_LIVE, 200),
                Arguments.of("GET", "/v1/cases", World.IMPORTED_TEST, 200),
                Arguments.of("GET", "/healthz", "", 200),
                Arguments.of("GET", "/v1/cases", "", 401),
                Arguments.of("GET", "/v1/cases", "opt_live_short", 401),
                Arguments.of("GET", "/v1/cases", "opt_live_00000000000000000000000000000000000000", 401),
                Arguments.of("GET", "/v1/cases", "opt_live_unknown0123456789", 401),
                Arguments.of("GET", "/v1/cases", REVOKED, 401),
                Arguments.of("GET", "/v1/cases", EXPIRED, 401),
                Arguments.of("GET", "/v1/cases", INACTIVE, 403),
                Arguments.of("POST", "/v1/cases", World.IMPORTED_LIVE, 403),
                Arguments.of("GET", "/v1/unheard-of", World.IMPORTED_LIVE, 403),
                Arguments.of("GET", "/v1/cases;a=1", World.IMPORTED_LIVE, 400));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("requests")
    void explain_anyRequest_saysWhatEnvoyAnswers(String method, String path, String key, int status) {
        RawHttp.Response real =
                key.isEmpty() ? world.send(method, path) : world.send(method, path, "Authorization: Bearer " + key);
        ExplainResponse explained = explain(method, path, key);

        assertThat(real.status()).isEqualTo(status);
        assertThat(explained.getAllowed()).isEqualTo(status == 200);
        assertThat(explained.toString()).doesNotContain("opt_live_", "opt_test_");
        if (explained.getAllowed()) {
            assertThat(explained.getUpstreamHeadersList())
                    .allSatisfy(header -> assertThat(World.json(real.body())
                                    .at("/headers/" + header.getName())
                                    .asText())
                            .isEqualTo(header.getValue()));
            assertThat(explained.getUpstreamHeadersCount()).isEqualTo(key.isEmpty() ? 0 : 4);
        } else {
            assertThat(explained.getAnswer().getStatus()).isEqualTo(status);
            for (String name : SHOWN) {
                assertThat(header(explained, name)).as(name).isEqualTo(real.header(name));
            }
            ObjectNode body = (ObjectNode) World.json(real.body());
            body.remove("request_id");
            assertThat(explained.getAnswer().getBody()).isEqualTo(body.toString());
        }
    }

    private static ExplainResponse explain(String method, String path, String key) {
        return admin.explain()
                .explain(ExplainRequest.newBuilder()
                        .setMethod(method)
                        .setPath(path)
                        .setHost("api.example.com")
                        .setSecret(key)
                        .build());
    }

    private static String header(ExplainResponse explained, String name) {
        return explained.getAnswer().getHeadersList().stream()
                .filter(header -> header.getName().equals(name))
                .map(HttpHeader::getValue)
                .findFirst()
                .orElse(null);
    }

    private static void put(
            String key, String id, String workspace, Environment environment, KeyRecord.State state, long expiresAt) {
        world.put(key, new KeyRecord(id, workspace, environment, Set.of("cases:read"), state, expiresAt, 1));
    }
}
