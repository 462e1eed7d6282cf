package dev.latchkey.control.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.explain.Finding.Outcome;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.decision.Reason;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExplainerTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final KeyFormat FORMAT = new KeyFormat("opt", false);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Peppers PEPPERS = Peppers.parse(
            "2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    private static final RouteConfig LIVE_ROUTE = new RouteConfig(true, Environment.LIVE, null);
    private static final Policies POLICIES = new Policies(Policy.parse("""
                    hosts: [api.example.com]
                    scopes:
                      cases:read: Read case data
                      cases:write: Create and update cases
                    routes:
                      - match: GET /v1/cases
                        scope: cases:read
                      - match: POST /v1/cases
                        scope: cases:write
                      - match: GET /healthz
                        public: true
                      - match: "GET /v2/cases/{id}"
                        scope: cases:read
                      - match: GET /v2/cases/export
                        scope: cases:write
                    preflight: allow
                    """, "policy.yaml"), Map.of());

    private final InMemoryKeyIndex index = new InMemoryKeyIndex();
    private final PresentedKey key = FORMAT.mint(Environment.LIVE, RANDOM);

    static Stream<Arguments> withoutIndex() {
        Credential none = Credential.Absent.NO_HEADER;
        return Stream.of(
                Arguments.of(
                        "no policy of that name",
                        new Question(
                                "GET",
                                "/v1/cases",
                                "api.example.com",
                                new RouteConfig(true, null, "other"),
                                none,
                                false),
                        Reason.BAD_ROUTE_CONFIG,
                        DecisionStep.ROUTE,
                        "\"other\", which is not loaded (loaded: [])"),
                Arguments.of(
                        "dot segment",
                        get("/v1/../cases", none),
                        Reason.PATH_NOT_CANONICAL,
                        DecisionStep.PATH,
                        "\"..\""),
                Arguments.of(
                        "empty segment",
                        get("/v1//cases", none),
                        Reason.PATH_NOT_CANONICAL,
                        DecisionStep.PATH,
                        "empty segment"),
                Arguments.of(
                        "needless escape",
                        get("/v1/%63ases?a=%61", none),
                        Reason.PATH_NOT_CANONICAL,
                        DecisionStep.PATH,
                        "\"%63ases\" (expected: no escapes"),
                Arguments.of(
                        "semicolon",
                        get("/v1/cases;a=1", none),
                        Reason.PATH_NOT_CANONICAL,
                        DecisionStep.PATH,
                        "\"cases;a=1\" (expected: no"),
                Arguments.of(
                        "a long path",
                        get("/a".repeat(5_000) + "?q", none),
                        Reason.PATH_NOT_CANONICAL,
                        DecisionStep.PATH,
                        "10000 characters (expected: at most 8192)"),
                Arguments.of(
                        "no slash", get("v1", none), Reason.PATH_NOT_CANONICAL, DecisionStep.PATH, "starts with /"),
                Arguments.of(
                        "lower-case method",
                        new Question("get", "/v1/cases", "api.example.com", LIVE_ROUTE, none, false),
                        Reason.METHOD_NOT_CANONICAL,
                        DecisionStep.METHOD,
                        "\"get\" (expected: upper-case"),
                Arguments.of(
                        "public", get("/healthz", none), Reason.PUBLIC, DecisionStep.RULE, "GET /healthz is public"),
                Arguments.of(
                        "preflight",
                        new Question("OPTIONS", "/v1/cases", "api.example.com", LIVE_ROUTE, none, true),
                        Reason.PREFLIGHT,
                        DecisionStep.RULE,
                        "a CORS preflight"),
                Arguments.of(
                        "no key",
                        get("/v1/cases", none),
                        Reason.NO_CREDENTIAL,
                        DecisionStep.CREDENTIAL,
                        "no key was given"),
                Arguments.of(
                        "no key of ours",
                        get("/v1/cases", Credential.Malformed.NOT_A_KEY),
                        Reason.MALFORMED_CREDENTIAL,
                        DecisionStep.CREDENTIAL,
                        "not the form"),
                Arguments.of(
                        "typing error",
                        get("/v1/cases", Credential.Malformed.BAD_CHECKSUM),
                        Reason.BAD_CHECKSUM,
                        DecisionStep.CREDENTIAL,
                        "checksum"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withoutIndex")
    void explain_decidedBeforeTheIndex_saysWhereAndWhy(
            String name, Question question, Reason reason, DecisionStep last, String detail) {
        assertExplained(explain(index, question), reason, last, detail);
    }

    @Test
    void explain_keyBeyondReach_isExplainedAsOneThatDoesNotExist() {
        store(record("ws_1", KeyRecord.State.REVOKED, KeyRecord.NEVER, "cases:read"), 0);
        store(record("ws_1", KeyRecord.State.ACTIVE, KeyRecord.NEVER, "cases:read"), 1);
        Question question = get("/v1/cases", presented());

        Explanation explanation = new Explainer(POLICIES, PEPPERS, index, () -> NOW)
                .explain(new WorkspaceScope(Optional.of("ws_2")), question);

        assertThat(explanation).isEqualTo(explain(new InMemoryKeyIndex(), question));
    }

    @Test
    void explain_goodKey_passesEveryStep() {
        store(record("ws_1", KeyRecord.State.ACTIVE, NOW + 1, "cases:read"), 0);
        index.put(new WorkspaceRecord("ws_1", true, 1));

        Explanation explanation = explain(index, get("/v1/cases", presented()));

        assertExplained(
                explanation, Reason.OK, DecisionStep.SCOPE, "the key holds cases:read; the rule requires cases:read");
        assertThat(explanation.findings())
                .allSatisfy(finding -> assertThat(finding.outcome()).isEqualTo(Outcome.PASSED));
        assertThat(detail(explanation, DecisionStep.KEY))
                .isEqualTo("not found under pepper 1, found under pepper 2: key_1 of ws_1");
        assertThat(detail(explanation, DecisionStep.EXPIRY))
                .isEqualTo("expires at 2027-01-15T08:00:00.001Z, now is 2027-01-15T08:00:00Z");
    }

    @Test
    void explain_unknownKey_saysUnderWhichPeppersItWasSought() {
        assertExplained(
                explain(index, get("/v1/cases", presented())),
                Reason.UNKNOWN_KEY,
                DecisionStep.KEY,
                "not found under pepper 1, not found under pepper 2");
    }

    @Test
    void explain_revokedKey_saysSo() {
        store(record("ws_1", KeyRecord.State.REVOKED, KeyRecord.NEVER, "cases:read"), 0);

        assertExplained(
                explain(index, get("/v1/cases", presented())), Reason.REVOKED_KEY, DecisionStep.STATE, "revoked");
    }

    @Test
    void explain_expiredKey_saysWhen() {
        store(record("ws_1", KeyRecord.State.ACTIVE, NOW, "cases:read"), 0);

        assertExplained(
                explain(index, get("/v1/cases", presented())),
                Reason.EXPIRED_KEY,
                DecisionStep.EXPIRY,
                "expired at 2027-01-15T08:00:00Z, now is 2027-01-15T08:00:00Z");
    }

    @Test
    void explain_otherEnvironment_saysWhoSaysWhat() {
        store(record("ws_1", KeyRecord.State.ACTIVE, KeyRecord.NEVER, "cases:read"), 0);
        RouteConfig testRoute = new RouteConfig(true, Environment.TEST, null);

        assertExplained(
                explain(index, new Question("GET", "/v1/cases", "api.example.com", testRoute, presented(), false)),
                Reason.WRONG_ENVIRONMENT,
                DecisionStep.ENVIRONMENT,
                "a live key; the Envoy route says test, the rule nothing");
    }

    @Test
    void explain_workspaceInactiveOrMissing_namesIt() {
        store(record("ws_1", KeyRecord.State.ACTIVE, KeyRecord.NEVER, "cases:read"), 0);

        assertExplained(
                explain(index, get("/v1/cases", presented())),
                Reason.WORKSPACE_MISSING,
                DecisionStep.WORKSPACE,
                "ws_1 is not in the index");
        index.put(new WorkspaceRecord("ws_1", false, 1));
        assertExplained(
                explain(index, get("/v1/cases", presented())),
                Reason.WORKSPACE_INACTIVE,
                DecisionStep.WORKSPACE,
                "ws_1 is inactive");
    }

    @Test
    void explain_scopeMissing_namesBothSides() {
        store(record("ws_1", KeyRecord.State.ACTIVE, KeyRecord.NEVER, "cases:write"), 0);
        index.put(new WorkspaceRecord("ws_1", true, 1));

        assertExplained(
                explain(index, get("/v1/cases", presented())),
                Reason.SCOPE_MISSING,
                DecisionStep.SCOPE,
                "the key holds cases:write; the rule requires cases:read");
    }

    @Test
    void explain_noRule_failsTheRuleThoughTheKeyIsLookedAtFirst() {
        store(record("ws_1", KeyRecord.State.ACTIVE, KeyRecord.NEVER, "cases:write"), 0);
        index.put(new WorkspaceRecord("ws_1", true, 1));

        Explanation explanation = explain(index, get("/v1/unheard-of", presented()));

        assertThat(explanation.decision().reason()).isEqualTo(Reason.NO_RULE);
        assertThat(outcomes(explanation, Outcome.FAILED)).containsExactly(DecisionStep.RULE);
        assertThat(outcomes(explanation, Outcome.NOT_REACHED)).containsExactly(DecisionStep.SCOPE);
        assertThat(detail(explanation, DecisionStep.RULE)).contains("no rule for this method and path");
    }

    @Test
    void explain_pathWithTwoReadings_namesTheReadingAndTheOtherRule() {
        Explanation ended = explain(index, get("/v2/cases/export.json", Credential.Absent.NO_HEADER));

        assertThat(outcomes(ended, Outcome.FAILED)).contains(DecisionStep.RULE);
        assertThat(detail(ended, DecisionStep.RULE))
                .isEqualTo("GET /v2/cases/{id} matches, but read with the last segment cut off at a . or , or :"
                        + " the path is one of GET /v2/cases/export; an upstream may read it so, so no key gives"
                        + " access");
    }

    @Test
    void explain_otherHost_saysThatThePolicyIsNotForIt() {
        Question question =
                new Question("GET", "/v1/cases", "other.example.com", LIVE_ROUTE, Credential.Absent.NO_HEADER, false);

        Explanation explanation = explain(index, question);

        assertThat(detail(explanation, DecisionStep.RULE))
                .isEqualTo("the policy is not for the host \"other.example.com\"");
        assertThat(outcomes(explanation, Outcome.FAILED)).containsExactly(DecisionStep.RULE, DecisionStep.CREDENTIAL);
    }

    @Test
    void explain_indexOutOfReach_isTheExplanation() {
        assertExplained(
                explain(new Broken(null), get("/v1/cases", presented())),
                Reason.STORE_UNAVAILABLE,
                DecisionStep.KEY,
                "the index could not be read: no connection");
        KeyRecord record = record("ws_1", KeyRecord.State.ACTIVE, KeyRecord.NEVER, "cases:read");
        assertExplained(
                explain(new Broken(record), get("/v1/cases", presented())),
                Reason.STORE_UNAVAILABLE,
                DecisionStep.WORKSPACE,
                "ws_1 could not be read: no connection");
    }

    @Test
    void explain_recordOfTheOtherEnvironment_isABadRecord() {
        KeyRecord record = new KeyRecord(
                "key_1", "ws_1", Environment.TEST, Set.of("cases:read"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        store(record, 0);

        assertExplained(
                explain(index, get("/v1/cases", presented())),
                Reason.BAD_RECORD,
                DecisionStep.KEY,
                "another environment than the key's own text");
    }

    @Test
    void explain_keyInThePath_isNotShown() {
        Explanation explanation = explain(index, get("/v1;" + key.reveal(), Credential.Absent.NO_HEADER));

        assertThat(explanation.toString()).doesNotContain(key.reveal());
    }

    private static void assertExplained(Explanation explanation, Reason reason, DecisionStep last, String detail) {
        assertThat(explanation.decision().reason()).isEqualTo(reason);
        assertThat(explanation.findings()).extracting(Finding::step).containsExactly(DecisionStep.values());
        assertThat(detail(explanation, last)).contains(detail);
        if (explanation.decision() instanceof Decision.Deny) {
            assertThat(outcomes(explanation, Outcome.FAILED)).containsExactly(last);
        } else {
            assertThat(outcomes(explanation, Outcome.FAILED)).isEmpty();
        }
        assertThat(outcomes(explanation, Outcome.NOT_REACHED))
                .containsExactlyElementsOf(EnumSet.range(last, DecisionStep.SCOPE).stream()
                        .filter(step -> step != last)
                        .toList());
        assertThat(explanation.findings())
                .allSatisfy(finding ->
                        assertThat(finding.detail().isEmpty()).isEqualTo(finding.outcome() == Outcome.NOT_REACHED));
    }

    private static List<DecisionStep> outcomes(Explanation explanation, Outcome outcome) {
        return explanation.findings().stream()
                .filter(finding -> finding.outcome() == outcome)
                .map(Finding::step)
                .toList();
    }

    private static String detail(Explanation explanation, DecisionStep step) {
        return explanation.findings().stream()
                .filter(finding -> finding.step() == step)
                .findFirst()
                .orElseThrow()
                .detail();
    }

    private static Question get(String path, Credential credential) {
        return new Question("GET", path, "api.example.com", LIVE_ROUTE, credential, false);
    }

    private Credential presented() {
        return new Credential.Presented(key);
    }

    private static KeyRecord record(String workspace, KeyRecord.State state, long expiresAt, String scope) {
        return new KeyRecord("key_1", workspace, Environment.LIVE, Set.of(scope), state, expiresAt, 1);
    }

    /** @param pepper 0 for the newest */
    private void store(KeyRecord record, int pepper) {
        index.put(PEPPERS.all(key).get(pepper), record);
    }

    private static Explanation explain(KeyIndex index, Question question) {
        return new Explainer(POLICIES, PEPPERS, index, () -> NOW).explain(WorkspaceScope.ALL, question);
    }

    /** Knows at most a key, and fails for the rest. */
    private record Broken(@Nullable KeyRecord key) implements KeyIndex {
        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            return key == null ? fault() : CompletableFuture.completedFuture(Optional.of(key));
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return fault();
        }

        private static <T> CompletableFuture<T> fault() {
            return CompletableFuture.failedFuture(
                    new IndexException(IndexException.Fault.UNAVAILABLE, "no connection"));
        }
    }
}
