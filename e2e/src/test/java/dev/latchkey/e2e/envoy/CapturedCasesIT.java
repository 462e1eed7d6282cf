package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.latchkey.decision.Reason;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.RawUpstream;
import dev.latchkey.e2e.World;
import dev.latchkey.e2e.envoy.RecordedCases.Case;
import dev.latchkey.e2e.envoy.RecordedCases.Expected;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import dev.latchkey.policy.path.CanonicalPath;
import dev.latchkey.server.authz.Captures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded case, of HTTP/1.1 and of HTTP/2, through every {@link EnvoyVariant}. Each gets the decision that the
 * contract has for it; the upstream serves the path that was decided on and no other; and where the variants disagree,
 * it is known why.
 */
class CapturedCasesIT {
    private static final boolean OLDER = !World.ENVOY_VERSION.equals("1.40.0");

    /** What the reference configuration's routes and limits answer otherwise than those that were recorded. */
    private static final Map<String, Expected> ROUTES_AND_LIMITS = Map.of(
            "test-key", Expected.of(Reason.OK), // goes to the sandbox
            "connect", Expected.byEnvoy(404), // no route takes CONNECT
            "h2-connect", Expected.byEnvoy(404),
            "websocket", new Expected(Reason.OK, 101),
            "options-preflight", Expected.byEnvoy(200), // the CORS filter knows its origin
            "h2-grpc-proto", new Expected(Reason.NO_CREDENTIAL, 200)); // in gRPC the status is a header

    /** The same, of the hardened variants. */
    private static final Map<String, Expected> HARDENED_OTHERWISE = OLDER
            // Envoys before 1.40 pass `..;` on as it is.
            ? Map.of("path-dotdot-semicolon", Expected.of(Reason.PATH_NOT_CANONICAL))
            : Map.of();

    /** Allowed only by a hardened Envoy, because it has made another path of the one that was sent before it asks. */
    private static final Set<String> NORMALISED = new TreeSet<>(Set.of(
            "h2-dotdot",
            "h2-path-backslash",
            "path-backslash",
            "path-dot",
            "path-dotdot",
            "path-dotdot-root",
            "path-dotdot-semicolon",
            "path-double-slash-inner",
            "path-pct-dotdot",
            "path-pct-dotdot-mixed",
            "path-pct-unreserved",
            "path-semicolon-slash"));

    /** Allowed only by a plain Envoy: a hardened one refuses it before it asks. */
    private static final Set<String> REFUSED_BY_HARDENING =
            Set.of("hdr-spoof-underscore", "hdr-spoof-both", "h2-spoof-workspace", "path-absolute-https");

    /**
     * Allowed only in the encoding that cannot tell that the query holds a byte which is not UTF-8. The query is no
     * part of a decision; refusing it where it can be told is more than is needed.
     */
    private static final Set<String> BYTE_IN_QUERY = Set.of("h2-query-latin1");

    private static final Policy POLICY = Captures.policy();
    private static final Map<EnvoyVariant, Map<String, Outcome>> OUTCOMES = new EnumMap<>(EnvoyVariant.class);

    /** What came of a case: at the client, between Envoy and the sidecar, and at the upstream. */
    private record Outcome(RawHttp.Response response, List<CheckTap.Check> checks, List<RawUpstream.Request> served) {

        boolean allowed() {
            return !served.isEmpty();
        }

        @Override
        public String toString() {
            return response.status() + " " + response.body();
        }
    }

    @BeforeAll
    static void play() throws Exception {
        for (EnvoyVariant variant : EnvoyVariant.values()) {
            try (RawUpstream upstream = new RawUpstream();
                    World world = new World.Options()
                            .policy(POLICY)
                            .envoyConfig(variant::apply)
                            .port(8080, upstream.port())
                            .port(8081, upstream.port())
                            .tapped()
                            .start()) {
                RecordedCases.seed(world);
                Map<String, Outcome> outcomes = new LinkedHashMap<>();
                for (Case sent : RecordedCases.all()) {
                    outcomes.put(sent.name(), play(sent, world, upstream));
                }
                OUTCOMES.put(variant, outcomes);
            }
        }
    }

    private static Outcome play(Case sent, World world, RawUpstream upstream) {
        int checks = world.tap.checks().size();
        int served = upstream.requests().size();
        RawHttp.Response response = sent.send(world.envoy.port());
        return new Outcome(response, since(world.tap.checks(), checks), since(upstream.requests(), served));
    }

    static List<Arguments> played() {
        List<Arguments> rows = new ArrayList<>();
        OUTCOMES.forEach((variant, outcomes) -> {
            Map<String, Expected> expected = expected(variant);
            outcomes.keySet().stream()
                    .filter(expected::containsKey)
                    .forEach(name -> rows.add(arguments(variant, name, expected.get(name))));
        });
        return rows;
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("played")
    void send_recordedCase_getsTheRecordedDecision(EnvoyVariant variant, String name, Expected expected) {
        Outcome outcome = OUTCOMES.get(variant).get(name);

        assertThat(outcome.response.status())
                .as(name + ": " + outcome.response.body())
                .isEqualTo(expected.status());
        if (expected.reason() == null) {
            assertThat(outcome.checks).as("checks").isEmpty();
            assertThat(outcome.served).as("requests at the upstream").isEmpty();
        } else {
            assertThat(outcome.checks).as("checks").hasSize(1);
            assertThat(outcome.checks.get(0).metadata("reason"))
                    .isEqualTo(expected.reason().name().toLowerCase(Locale.ROOT));
            assertThat(outcome.served)
                    .as("requests at the upstream")
                    .hasSize(expected.reason().denial() == null ? 1 : 0);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("played")
    void upstream_servesACase_theOneThatWasDecidedOn(EnvoyVariant variant, String name, Expected expected) {
        Outcome outcome = OUTCOMES.get(variant).get(name);
        if (!outcome.allowed()) {
            return;
        }
        RawUpstream.Request served = outcome.served.get(0);
        CheckTap.Check decided = outcome.checks.get(0);
        String path = decided.http().getPathBytes().toString(StandardCharsets.ISO_8859_1);

        assertThat(served.method()).isEqualTo(decided.http().getMethod());
        assertThat(beforeQuery(served.target())).isEqualTo(beforeQuery(path));
        assertThat(variant.lossy() ? lossy(served.target()) : served.target()).isEqualTo(path);
        // And what the contract says of the path that is served is what was decided.
        assertThat(ruleFor(served)).isEqualTo(decided.metadata("rule"));
        assertThat(served.values("authorization")).isEmpty();
        assertThat(served.headers().toString()).doesNotContain("evil");
    }

    @Test
    void variants_decideACaseDifferently_onlyForKnownReasons() {
        Map<String, Set<EnvoyVariant>> different = new TreeMap<>();
        for (Case sent : RecordedCases.all()) {
            Set<EnvoyVariant> allowing = EnumSet.noneOf(EnvoyVariant.class);
            OUTCOMES.forEach((variant, outcomes) -> {
                if (outcomes.get(sent.name()).allowed()) {
                    allowing.add(variant);
                }
            });
            if (!allowing.isEmpty() && allowing.size() < EnvoyVariant.values().length) {
                different.put(sent.name(), allowing);
            }
        }

        Map<String, Set<EnvoyVariant>> known = new TreeMap<>();
        NORMALISED.stream()
                .filter(name -> !HARDENED_OTHERWISE.containsKey(name))
                .forEach(name -> known.put(name, EnumSet.of(EnvoyVariant.REFERENCE, EnvoyVariant.REFERENCE_LOSSY)));
        REFUSED_BY_HARDENING.forEach(name -> known.put(name, EnumSet.of(EnvoyVariant.PLAIN, EnvoyVariant.PLAIN_RAW)));
        BYTE_IN_QUERY.forEach(name -> known.put(name, EnumSet.of(EnvoyVariant.PLAIN, EnvoyVariant.REFERENCE_LOSSY)));
        assertThat(different).isEqualTo(known);
    }

    private static Map<String, Expected> expected(EnvoyVariant variant) {
        Map<String, Expected> expected = RecordedCases.expected(variant.recorded());
        expected.putAll(ROUTES_AND_LIMITS);
        if (variant.hardened()) {
            expected.putAll(HARDENED_OTHERWISE);
        }
        if (variant.lossy()) {
            BYTE_IN_QUERY.forEach(name -> expected.put(name, Expected.of(Reason.OK)));
        }
        return expected;
    }

    private static String ruleFor(RawUpstream.Request served) {
        CanonicalPath path = CanonicalPath.parse(served.target());
        assertThat(path).as(served.target()).isNotNull();
        Route route = POLICY.match("api.example.com", served.method(), path);
        return route == null ? "" : route.rule();
    }

    /** As Envoy shows bytes that it cannot carry. */
    private static String lossy(String target) {
        return target.replaceAll("[\\x80-\\xff]", "!");
    }

    private static String beforeQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    private static <T> List<T> since(List<T> all, int count) {
        return all.subList(count, all.size());
    }
}
