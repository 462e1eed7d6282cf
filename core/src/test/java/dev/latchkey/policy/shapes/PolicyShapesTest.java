package dev.latchkey.policy.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import dev.latchkey.policy.file.InvalidPolicyException;
import dev.latchkey.policy.path.CanonicalPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyShapesTest {
    private static final String SCOPES = "scopes: {r: Read, w: Write}\nroutes:\n";

    private static Policy policy(String... rules) {
        return Policy.parse(SCOPES + lines(rules), "p.yaml");
    }

    /** Returns rules of {@code METHOD template=scope}. */
    private static String lines(String... rules) {
        return List.of(rules).stream()
                .map(rule -> rule.split("=(?=[a-z]+$)", 2))
                .map(rule -> "- match: '" + rule[0].replace("'", "''") + "'\n  scope: " + rule[1] + "\n")
                .collect(Collectors.joining());
    }

    private static @Nullable String rule(Policy policy, String method, String path) {
        CanonicalPath canonical = CanonicalPath.parse(path);
        assertThat(canonical).as(path).isNotNull();
        Route route = policy.match("api.example.com", method, canonical);
        return route == null ? null : route.rule();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "M%C3%BCller%20v%20Lee",
                "%5Bid%5D",
                "a@b.example",
                "x%2By",
                "urn:isbn:0451450523",
                "a,b",
                "7.json",
                "~x",
                "$7",
                "%7Bid%7D",
                "01HXYZ",
                "-",
                "a=b&c",
                "(1)",
                "%E6%9D%B1%E4%BA%AC",
                "a'b"
            })
    void match_idOfAnyForm_isOneSegment(String id) {
        Policy policy = policy("GET /v1/cases/{id}=r", "GET /v1/cases=r", "POST /v1/cases=w", "POST /v1/cases:merge=r");

        assertThat(rule(policy, "GET", "/v1/cases/" + id)).isEqualTo("GET /v1/cases/{id}");
        assertThat(rule(policy, "GET", "/v1/cases/" + id + "/notes")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"test%2520group", "%C3", "a%2fb", "%00", "%2e%2e"})
    void parse_idDecodedTwiceOrBroken_isNotCanonical(String id) {
        assertThat(CanonicalPath.parse("/v1/cases/" + id)).isNull();
    }

    @Test
    void match_customVerb_isItsOwnRuleInBothSpellingsAndNothingElse() {
        Policy policy =
                policy("POST /v1/cases:merge=w", "POST /v1/cases=r", "GET /v1/cases/{id}=r", "POST /v1/{x}/y=r");

        assertThat(rule(policy, "POST", "/v1/cases:merge")).isEqualTo("POST /v1/cases:merge");
        assertThat(rule(policy, "POST", "/v1/cases%3Amerge")).isEqualTo("POST /v1/cases:merge");
        assertThat(rule(policy, "POST", "/v1/cases:bogus")).isNull();
        assertThat(rule(policy, "GET", "/v1/cases:merge")).isNull();
        assertThat(rule(policy, "POST", "/v1/cases:merge:x")).isNull();
        assertThat(policy.warnings()).isEmpty();
    }

    @Test
    void match_templatesOverEachOther_answerAlikeInAnyOrder() {
        List<String> rules = new ArrayList<>(
                List.of("GET /customers/search=r", "PUT /customers/{customer}=w", "DELETE /customers/**=w", "* /**=r"));
        for (int i = 0; i < 24; i++) {
            Collections.shuffle(rules, new Random(i));
            Policy policy = policy(rules.toArray(String[]::new));

            assertThat(rule(policy, "GET", "/customers/search")).isEqualTo("GET /customers/search");
            assertThat(rule(policy, "PUT", "/customers/search")).isNull();
            assertThat(rule(policy, "PUT", "/customers/7")).isEqualTo("PUT /customers/{customer}");
            assertThat(rule(policy, "DELETE", "/customers/7")).isNull();
            assertThat(rule(policy, "DELETE", "/customers/7/x")).isEqualTo("DELETE /customers/**");
            assertThat(rule(policy, "GET", "/customers/7/x")).isNull();
            assertThat(rule(policy, "GET", "/other")).isEqualTo("* /**");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "api.example.com,           true",
        "api.example.com:8443,      true",
        "API.EXAMPLE.COM,           true",
        "a.eu.example.com:443,      true",
        "a.b.eu.example.com,        true",
        "eu.example.com,            false",
        "xapi.example.com,          false",
        "xeu.example.com,           false",
        "api.example.com.evil.test, false",
        "'api.example.com,other.example.com', false",
        "api.example.com@evil.test, false",
        "'',                        false"
    })
    void match_hosts_portAndCaseAreIgnoredAndSuffixIsAWholeLabel(String host, boolean served) {
        Policy policy =
                Policy.parse("hosts: [api.example.com, \"*.eu.example.com\"]\n" + SCOPES + lines("GET /a=r"), "p");

        assertThat(policy.match(host, "GET", CanonicalPath.parse("/a")) != null).isEqualTo(served);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@me",
                "$metadata",
                "Users(1)",
                "a,b",
                "x=y",
                "-",
                "_search",
                ".well-known",
                "a.b",
                "a+b",
                "a&b",
                "a'b",
                "a!b",
                "a*b:escaped",
                "~user",
                "v1.0",
                "UPPER",
                "a:b:c",
                "(x)",
                "a|b:raw",
                "a b:escaped",
                "%7Bid%7D",
                "\u6771\u4eac",
                "\u00e9"
            })
    void match_plainTemplate_isItsOwnRuleInBothSpellings(String shape) {
        String segment = shape.replace(":escaped", "").replace(":raw", "");
        String written = segment.contains("%") ? segment : escapedWhereNeeded(segment);
        Policy policy = policy("GET /t/" + written + "=w", "GET /t/{other}/x=r");

        assertThat(rule(policy, "GET", "/t/" + written)).isEqualTo("GET /t/" + written);
        assertThat(rule(policy, "GET", "/t/" + fullyEscaped(written))).isEqualTo("GET /t/" + written);
        assertThat(rule(policy, "GET", "/t/other")).isNull();
    }

    private static String escapedWhereNeeded(String text) {
        return escaped(text, "!$&'()+,:=@-._~|");
    }

    /** Returns the segment with every character escaped that may be. */
    private static String fullyEscaped(String written) {
        return written.contains("%") ? written : escaped(written, "-._~");
    }

    private static String escaped(String text, String plain) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean letter = b > 0 && Character.isLetterOrDigit(b);
            escaped.append(
                    letter || plain.indexOf(b) >= 0 ? String.valueOf((char) b) : String.format("%%%02X", b & 0xff));
        }
        return escaped.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/{Sid}.json",
                "/{a}..{b}",
                "/{n}:cancel",
                "/{+p}",
                "/{n=projects/*}",
                "/Users('{id}')",
                "/{id:[0-9]+}",
                "/v{n}",
                "/{id}-{x}",
                "/{id?}",
                "/{id*}",
                "/{*rest}",
                "/{...rest}",
                "/{{id}}",
                "/<id>*",
                "/:id/*",
                "/**.json",
                "/a**",
                "/{}",
                "/{a b}",
                "/{id",
                "/id}",
                "/[a]{b}",
                "/{a,b}",
                "/{/id}",
                "/v1/cases/{id}:close"
            })
    void parse_templateThatCannotBeSaid_isRefusedWithItsLine(String template) {
        assertThatThrownBy(() -> policy("GET /a=r", "GET " + template + "=r"))
                .isInstanceOfSatisfying(
                        InvalidPolicyException.class,
                        e -> assertThat(e.problems())
                                .hasSize(1)
                                .first()
                                .asString()
                                .startsWith("p.yaml:5: match: GET " + template));
    }

    @Test
    void match_grpcMethods_areTheirOwnRules() {
        Policy policy = Policy.parse(
                SCOPES
                        + lines("POST /pkg.Service/Get=r", "POST /pkg.Service/{method}=w", "POST /pkg.Other/{m}=r")
                        + "- match: POST /grpc.health.v1.Health/Check\n  public: true\n",
                "p");

        assertThat(rule(policy, "POST", "/pkg.Service/Get")).isEqualTo("POST /pkg.Service/Get");
        assertThat(rule(policy, "POST", "/pkg.Service/Put")).isEqualTo("POST /pkg.Service/{method}");
        assertThat(rule(policy, "POST", "/grpc.health.v1.Health/Check")).isEqualTo("POST /grpc.health.v1.Health/Check");
        assertThat(rule(policy, "POST", "/pkg.service/Get")).isNull();
        assertThat(rule(policy, "POST", "/pkg.Service/get")).isNull();
        assertThat(rule(policy, "POST", "/pkg.v2.Service/Get")).isNull();
        assertThat(rule(policy, "POST", "/pkg.Service/Get/")).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "scopes twice|scopes: {a: A}\\nscopes: {b: B}\\nroutes: [{match: GET /a, public: true}]|2",
                "routes twice|routes: [{match: GET /a, public: true}]\\nroutes: [{match: GET /b, public: true}]|2",
                "match twice|routes:\\n- match: GET /a\\n  match: GET /b\\n  public: true|3",
                "scope twice|scopes: {a: A, b: B}\\nroutes:\\n- match: GET /a\\n  scope: a\\n  scope: b|5",
                "a catalogue entry twice|scopes:\\n  a: A\\n  a: B\\nroutes: [{match: GET /a, scope: a}]|3",
                "names differ|scopes: {a: A}\\nroutes:\\n- {match: 'GET /{x}', scope: a}\\n- {match: 'GET"
                        + " /{y}', scope: a}|4"
            })
    void parse_saidTwice_isRefusedWithTheLineOfTheSecond(String row, String yaml, int line) {
        assertThatThrownBy(() -> Policy.parse(yaml.replace("\\n", "\n"), "p.yaml"))
                .isInstanceOfSatisfying(
                        InvalidPolicyException.class,
                        e -> assertThat(e.problems())
                                .hasSize(1)
                                .first()
                                .asString()
                                .startsWith("p.yaml:" + line + ": "));
    }

    @Test
    void parse_tenSlipsAtOnce_areTenProblems() {
        String[] slips = {
            "GET v1/cases",
            "get /v1/a",
            "GET /v1/b**",
            "GET /v1/{id",
            "GET /v1//x",
            "GET /v1/../x",
            "GET /v1/c?x=1",
            "GET /v1/{}",
            "GET /v1/%2f",
            "/v1/d"
        };
        String rules = IntStream.range(0, slips.length)
                .mapToObj(i -> "- match: '" + slips[i] + "'\n  scope: r\n")
                .collect(Collectors.joining());

        assertThatThrownBy(() -> Policy.parse(SCOPES + rules, "p.yaml"))
                .isInstanceOfSatisfying(InvalidPolicyException.class, e -> {
                    assertThat(e.problems()).hasSize(slips.length);
                    for (int i = 0; i < slips.length; i++) {
                        assertThat(e.problems().get(i))
                                .startsWith("p.yaml:" + (3 + 2 * i) + ": match: " + slips[i] + " (");
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "any_of: [r]",
                "public: 'no'",
                "{scope: r, environment: prod}",
                "any-of: []",
                "scope: ''",
                "{public: true, scope: r}",
                "public: false",
                "readings: exact"
            })
    void parse_ruleThatContradictsItself_isRefused(String fields) {
        String rule = fields.startsWith("{") ? fields.substring(1, fields.length() - 1) : fields;

        assertThatThrownBy(() -> Policy.parse(SCOPES + "- {match: GET /a, " + rule + "}\n", "p.yaml"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("p.yaml:3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lax", "''", "true", "[exact]", "Exact"})
    void parse_readingsThatAreNone_areRefused(String text) {
        assertThatThrownBy(() -> Policy.parse("readings: " + text + "\n" + SCOPES + lines("GET /a=r"), "p.yaml"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("p.yaml:1: readings")
                .hasMessageContaining("exact or all");
    }

    @Test
    void match_tenThousandRoutes_eachIsDecidedByItsOwn() {
        String[] rules = IntStream.range(0, 10_000)
                .mapToObj(i -> "GET /v1/r" + i + (i % 3 == 0 ? "" : i % 3 == 1 ? "/{id}" : "/{id}/parts/**") + "=r")
                .toArray(String[]::new);
        Policy policy = policy(rules);

        for (int i = 0; i < rules.length; i += 33) {
            String rule = rules[i].substring(0, rules[i].length() - 2);
            String path = rule.substring(4).replace("{id}", "x7").replace("**", "y/z");
            assertThat(rule(policy, "GET", path)).isEqualTo(rule);
        }
        assertThat(policy.warnings()).isEmpty();
    }
}
