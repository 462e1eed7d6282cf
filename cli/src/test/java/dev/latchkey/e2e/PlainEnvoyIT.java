package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.server.authz.Captures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An Envoy without any hardening: paths and headers come as the client sent them, in the lossy encoding. Latchkey's own protection
 * must do alone; what the upstream serves must be what was decided on.
 */
class PlainEnvoyIT {
    /** What the reference configuration has and Envoy's defaults do not. */
    private static final List<String> HARDENING = List.of(
            "use_remote_address",
            "normalize_path",
            "merge_slashes",
            "path_with_escaped_slashes_action",
            "headers_with_underscores_action",
            "early_header_mutation_extensions",
            "validate_mutations",
            "encode_raw_headers",
            "decoder_header_mutation_rules");

    /** What this configuration answers otherwise than the plain one that was recorded. */
    private static final Map<String, Integer> OTHERWISE = Map.of(
            "hdr-too-many", 200, // the limit is another here
            "path-pipe-caret", 400); // allowed, and refused by the upstream, which parses URIs

    private static World world;

    @BeforeAll
    static void start() {
        world = new World.Options()
                .policy(Captures.policy())
                .envoyConfig(PlainEnvoyIT::withoutHardening)
                .start();
        RecordedCases.seed(world);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    static List<RecordedCases.Row> rows() {
        return RecordedCases.rows("defaults", OTHERWISE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void send_recordedBytes_getsTheRecordedDecision(RecordedCases.Row row) {
        RecordedCases.assertDecided(world, row);
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

    private static String withoutHardening(String config) {
        String plain = config;
        for (String key : HARDENING) {
            plain = without(plain, key);
        }
        // At its limit Envoy refuses, by version, what identity headers are added to; that is not what this looks at.
        assertThat(plain).contains("max_headers_count: 100");
        return plain.replace("max_headers_count: 100", "max_headers_count: 200");
    }

    /** Removes the line of {@code key} and what is indented deeper, or listed, below it. */
    private static String without(String config, String key) {
        List<String> kept = new ArrayList<>();
        int inside = -1;
        boolean found = false;
        for (String line : config.split("\n")) {
            int indent = line.length() - line.stripLeading().length();
            boolean below = inside >= 0
                    && (line.isBlank()
                            || indent > inside
                            || (indent == inside && line.stripLeading().startsWith("- ")));
            if (below) {
                continue;
            }
            inside = -1;
            if (line.stripLeading().startsWith(key + ":")) {
                inside = indent;
                found = true;
            } else {
                kept.add(line);
            }
        }
        assertThat(found).as(key).isTrue();
        return String.join("\n", kept) + "\n";
    }
}
