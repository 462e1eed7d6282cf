package dev.latchkey.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.server.authz.Captures.Capture;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every request that a real Envoy sent, decided: the expected reason of each stands in {@code expected.tsv}. */
class CapturedRequestsTest {
    private static final Map<String, Map<String, String>> EXPECTED = Captures.expected();
    private static final String PEPPER = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final Policy POLICY = Captures.policy();

    private final KeyFormat format = new KeyFormat("opt", /* acceptImported= */ true);
    private final Peppers peppers = Peppers.parse(PEPPER);
    private final InMemoryKeyIndex index = new InMemoryKeyIndex();
    private final IdentityHeaders identity = new IdentityHeaders("x-latchkey-");
    private final CheckRequests requests = new CheckRequests(format, identity);
    private final ReadAnswers responses =
            new ReadAnswers(new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey"), identity);
    private final Decider decider = new Decider(new Policies(POLICY, Map.of()), peppers, index, () -> 0);

    @BeforeEach
    void seed() {
        store("opt_live_abc123def456ghi789", Environment.LIVE);
        store("opt_test_abc123def456ghi789", Environment.TEST);
        index.put(new WorkspaceRecord("ws_1", true, 1));
    }

    static List<Capture> captures() {
        return Captures.all();
    }

    @Test
    void captures_together_areAllOfThem() {
        assertThat(captures()).hasSize(492);
        assertThat(captures())
                .extracting(Capture::testCase)
                .containsOnly(EXPECTED.keySet().toArray(String[]::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("captures")
    void check_asRecorded_isDecidedAsExpected(Capture capture) {
        assertThat(decide(capture.request())).isEqualTo(expected(capture));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("captures")
    void check_inTheOtherEncoding_isDecidedAlike(Capture capture) {
        HttpRequest http = capture.request().getAttributes().getRequest().getHttp();
        HttpRequest other = http.hasHeaderMap() ? joined(http) : separate(http);

        String decided = decide(with(capture.request(), other));

        assertThat(decided).isEqualTo(expected(capture, http.hasHeaderMap() ? "to-headers" : "to-header_map"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("captures")
    void check_asRecorded_answerIsOkOnlyIfTheDecisionAllows(Capture capture) {
        IncomingCheck check = read(capture.request());
        Decision decision = decider.decide(check.access()).join();

        CheckResponse response = responses.of(decision, check);

        assertThat(response.getStatus().getCode() == 0).isEqualTo(decision instanceof Decision.Allow);
        assertThat(response.hasOkResponse()).isEqualTo(decision instanceof Decision.Allow);
        assertThat(response.hasDeniedResponse()).isEqualTo(decision instanceof Decision.Deny);
        assertThat(response.toString()).doesNotContain("opt_live_abc", "opt_test_abc");
    }

    private IncomingCheck read(CheckRequest request) {
        try {
            return requests.read(request.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private String decide(CheckRequest request) {
        return decider.decide(read(request).access()).join().reason().text();
    }

    private static String expected(Capture capture) {
        Map<String, String> byVariant = EXPECTED.getOrDefault(capture.testCase(), Map.of());
        return byVariant.getOrDefault(capture.variant(), byVariant.getOrDefault("*", "no line in expected.tsv"));
    }

    private static String expected(Capture capture, String conversion) {
        Map<String, String> byVariant = EXPECTED.getOrDefault(capture.testCase(), Map.of());
        return byVariant.getOrDefault(capture.variant() + " " + conversion, expected(capture));
    }

    /** As Envoy writes {@code headers}: one entry a name, joined by a comma, {@code !} for what is not UTF-8. */
    private static HttpRequest joined(HttpRequest http) {
        HttpRequest.Builder joined = http.toBuilder().clearHeaderMap();
        for (HeaderValue header : http.getHeaderMap().getHeadersList()) {
            String value = header.getRawValue().isValidUtf8()
                    ? header.getRawValue().toStringUtf8()
                    : header.getRawValue().toString(StandardCharsets.ISO_8859_1).replaceAll("[^\\x00-\\x7f]", "!");
            String before = joined.getHeadersOrDefault(header.getKey(), "");
            joined.putHeaders(header.getKey(), before.isEmpty() ? value : before + "," + value);
        }
        return joined.build();
    }

    /** As Envoy writes {@code header_map}, except that what was joined stays joined. */
    private static HttpRequest separate(HttpRequest http) {
        HeaderMap.Builder map = HeaderMap.newBuilder();
        http.getHeadersMap()
                .forEach((name, value) -> map.addHeaders(
                        HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value))));
        return http.toBuilder().clearHeaders().setHeaderMap(map).build();
    }

    private static CheckRequest with(CheckRequest request, HttpRequest http) {
        CheckRequest.Builder changed = request.toBuilder();
        changed.getAttributesBuilder().getRequestBuilder().setHttp(http);
        return changed.build();
    }

    private void store(String key, Environment environment) {
        Credential.Presented presented = (Credential.Presented) format.parse(key);
        index.put(
                peppers.newest(presented.key()),
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
