package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.decision.Denial;
import dev.latchkey.decision.Reason;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.server.authz.Captures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The recorded cases that HTTP/1.1 can carry, to be sent again byte for byte: what Envoy refuses it refuses, the rest gets the
 * decision that the recording has.
 */
final class RecordedCases {
    /** Cases that the reference configuration's routes and limits answer otherwise than those that were recorded, and how. */
    private static final Map<String, Integer> OTHERWISE = Map.of(
            "test-key", 200, // goes to the sandbox
            "connect", 404, // no route takes CONNECT
            "websocket", 403, // upgrades are not enabled: Envoy refuses before it asks
            "websocket-no-auth", 403);

    private RecordedCases() {}

    /** A case and the status that its client gets; 0 if Envoy closes the connection. */
    record Row(String name, String request, int status) {
        @Override
        public String toString() {
            return name + ": " + status;
        }
    }

    /** Puts the keys of the recordings into the index. */
    static void seed(World world) {
        world.putWorkspace("ws_1", true);
        for (Environment environment : Environment.values()) {
            world.put(
                    "opt_" + environment.text() + "_abc123def456ghi789",
                    new KeyRecord(
                            "key_" + environment.text(),
                            "ws_1",
                            environment,
                            Set.of("cases:read", "cases:write", "cases:delete"),
                            KeyRecord.State.ACTIVE,
                            KeyRecord.NEVER,
                            1));
        }
    }

    /**
     * Returns the rows of {@code variant}, as Envoy 1.40.0 was recorded.
     *
     * @param otherwise the statuses of cases that go another way in this test's configuration
     */
    static List<Row> rows(String variant, Map<String, Integer> otherwise) {
        Map<String, String> requests = new HashMap<>();
        for (JsonNode recorded : Captures.index().get("cases")) {
            if (recorded.has("request")) {
                requests.put(
                        recorded.get("name").asText(), recorded.get("request").asText());
            }
        }
        List<Row> rows = new ArrayList<>();
        for (JsonNode capture : Captures.index().get("captures")) {
            String name = capture.get("case").asText();
            if (capture.get("variant").asText().equals(variant)
                    && capture.get("envoy").asText().equals("1.40.0")
                    && requests.containsKey(name)) {
                rows.add(new Row(name, requests.get(name), otherwise.getOrDefault(name, status(capture, variant))));
            }
        }
        return rows;
    }

    static void assertDecided(World world, Row row) {
        long reached = world.upstreamRequests();

        RawHttp.Response response = world.raw(row.request);

        assertThat(response.status()).as(response.body()).isEqualTo(row.status);
        if (row.status != 200) {
            assertThat(world.upstreamRequests())
                    .as("requests that reached an upstream")
                    .isEqualTo(reached);
        }
    }

    private static int status(JsonNode capture, String variant) {
        String name = capture.get("case").asText();
        if (OTHERWISE.containsKey(name)) {
            return OTHERWISE.get(name);
        }
        if (capture.get("file").isNull()) {
            return capture.get("envoy_status").asInt(0);
        }
        Map<String, String> byVariant = Captures.expected().get(name);
        String reason = byVariant.getOrDefault(variant, byVariant.get("*"));
        Denial denial = Reason.valueOf(reason.toUpperCase(Locale.ROOT)).denial();
        return denial == null ? 200 : denial.httpStatus();
    }
}
