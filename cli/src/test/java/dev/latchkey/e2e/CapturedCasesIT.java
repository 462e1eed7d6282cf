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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded case that HTTP/1.1 can carry, sent again byte for byte through the reference configuration: what Envoy
 * refuses it refuses, the rest gets the decision that the recording has.
 */
class CapturedCasesIT {
    /** Cases that this configuration answers otherwise than the one that was recorded, and how. */
    private static final Map<String, Integer> OTHERWISE = new HashMap<>(Map.of(
            "test-key", 200, // goes to the sandbox
            "connect", 404, // no route takes CONNECT
            "websocket", 403, // upgrades are not enabled: Envoy refuses before it asks
            "websocket-no-auth", 403,
            "hdr-many", 500)); // allowed, but with the identity headers there are more than Envoy's limit of 100

    static {
        if (!World.ENVOY_VERSION.equals("1.40.0")) {
            OTHERWISE.put("path-dotdot-semicolon", 400); // Envoys before 1.40 pass `..;` on as it is
        }
    }

    private static World world;

    @BeforeAll
    static void start() {
        world = new World.Options().policy(Captures.policy()).start();
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

    @AfterAll
    static void stop() {
        world.close();
    }

    /** A case and the status that its client gets; 0 if Envoy closes the connection. */
    record Row(String name, String request, int status) {
        @Override
        public String toString() {
            return name + ": " + status;
        }
    }

    static List<Row> rows() {
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
            if (capture.get("variant").asText().equals("hardened") && requests.containsKey(name)) {
                rows.add(new Row(name, requests.get(name), OTHERWISE.getOrDefault(name, status(capture))));
            }
        }
        return rows;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void send_recordedBytes_getsTheRecordedDecision(Row row) {
        long reached = world.upstreamRequests();

        RawHttp.Response response = world.raw(row.request);

        assertThat(response.status()).as(response.body()).isEqualTo(row.status);
        if (row.status != 200) {
            assertThat(world.upstreamRequests())
                    .as("requests that reached an upstream")
                    .isEqualTo(reached);
        }
    }

    private static int status(JsonNode capture) {
        if (capture.get("file").isNull()) {
            return capture.get("envoy_status").asInt(0);
        }
        Map<String, String> byVariant =
                Captures.expected().get(capture.get("case").asText());
        String reason = byVariant.getOrDefault("hardened", byVariant.get("*"));
        Denial denial = Reason.valueOf(reason.toUpperCase(Locale.ROOT)).denial();
        return denial == null ? 200 : denial.httpStatus();
    }
}
