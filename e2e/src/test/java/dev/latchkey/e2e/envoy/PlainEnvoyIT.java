package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.server.authz.Captures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Identity headers behind an Envoy that has no hardening: Latchkey's own protection must do alone. */
class PlainEnvoyIT {
    private static World world;

    @BeforeAll
    static void start() {
        world = new World.Options()
                .policy(Captures.policy())
                .envoyConfig(EnvoyVariant.PLAIN::apply)
                .start();
        RecordedCases.seed(world);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void send_identityHeadersInEverySpelling_onlyOursReachTheUpstream() {
        RawHttp.Response response = world.send(
                "GET",
                "/v1/cases",
                "Authorization: Bearer " + World.IMPORTED_LIVE,
                "x-latchkey-workspace: ws_evil",
                "X-LATCHKEY-KEY: key_evil",
                "x_latchkey_workspace: ws_evil",
                "x-latchkey_scopes: evil",
                "x_latchkey-environment: evil",
                "x-latchkey-scopes: evil",
                "x-latchkey-scopes: evil too");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("evil");
        JsonNode headers = World.json(response.body()).get("headers");
        assertThat(headers.get("x-latchkey-workspace").asText()).isEqualTo("ws_1");
        assertThat(headers.get("x-latchkey-key").asText()).isEqualTo("key_live");
        List<String> identity = new ArrayList<>();
        headers.fieldNames().forEachRemaining(name -> {
            if (name.replace('_', '-').startsWith("x-latchkey-")) {
                identity.add(name);
            }
        });
        assertThat(identity)
                .containsExactlyInAnyOrder(
                        "x-latchkey-workspace", "x-latchkey-key", "x-latchkey-environment", "x-latchkey-scopes");
    }

    @Test
    void send_identityHeadersOnAPublicRoute_noneReachesTheUpstream() {
        RawHttp.Response response = world.send(
                "GET",
                "/v1/public",
                "x-latchkey-workspace: ws_evil",
                "x_latchkey_key: key_evil",
                "X-Original-URL: /evil");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("evil");
    }
}
