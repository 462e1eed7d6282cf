package dev.latchkey.e2e.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.decision.Reason;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.RawHttp2;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.server.authz.Captures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The recorded cases, to be sent again byte for byte: over HTTP/1.1 or HTTP/2 as they were, each on its own connection.
 */
final class RecordedCases {
    private static final String RECORDED_ENVOY = "1.40.0";

    private RecordedCases() {}

    /**
     * What a client sends.
     *
     * @param request the bytes of an HTTP/1.1 request; null for one of HTTP/2, which has fields and a body
     */
    record Case(String name, @Nullable String request, List<String[]> fields, String body) {

        RawHttp.Response send(int port) {
            return request == null ? RawHttp2.send(port, fields, body) : RawHttp.send(port, request);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * What is to come of a case.
     *
     * @param reason why Latchkey decides as it does; null if Envoy answers by itself and does not ask
     * @param status what the client gets; 0 if Envoy closes the stream or the connection without an answer
     */
    record Expected(@Nullable Reason reason, int status) {

        static Expected of(Reason reason) {
            return new Expected(
                    reason, reason.denial() == null ? 200 : reason.denial().httpStatus());
        }

        static Expected byEnvoy(int status) {
            return new Expected(null, status);
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

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (JsonNode recorded : Captures.index().get("cases")) {
            List<String[]> fields = new ArrayList<>();
            for (JsonNode field : recorded.path("request_fields")) {
                fields.add(RawHttp2.field(field.get(0).asText(), field.get(1).asText()));
            }
            String request = recorded.has("request") ? recorded.get("request").asText() : null;
            cases.add(new Case(
                    recorded.get("name").asText(),
                    request,
                    fields,
                    recorded.path("request_body").asText("")));
        }
        return cases;
    }

    /** Returns by case what the recordings of a variant say. */
    static Map<String, Expected> expected(String variant) {
        Map<String, Expected> expected = new LinkedHashMap<>();
        for (JsonNode capture : Captures.index().get("captures")) {
            if (capture.get("variant").asText().equals(variant)
                    && capture.get("envoy").asText().equals(RECORDED_ENVOY)) {
                String name = capture.get("case").asText();
                expected.put(
                        name,
                        capture.get("file").isNull()
                                ? Expected.byEnvoy(capture.get("envoy_status").asInt(0))
                                : Expected.of(reason(name, variant)));
            }
        }
        return expected;
    }

    private static Reason reason(String name, String variant) {
        Map<String, String> byVariant = Captures.expected().get(name);
        return Reason.valueOf(
                byVariant.getOrDefault(variant, byVariant.get("*")).toUpperCase(Locale.ROOT));
    }
}
