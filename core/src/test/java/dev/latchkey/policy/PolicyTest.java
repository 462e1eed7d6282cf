package dev.latchkey.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.policy.path.CanonicalPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final String ANY_HOST = "api.example.com";

    /** As in the contract, with the braces and the star that YAML alone would not take. */
    private static final String EXAMPLE = """
            hosts: [api.example.com]      # optional
            scopes:                       # the catalogue
              cases:read: Read case data
              cases:write: Create and update cases
            routes:                       # their order does not matter
              - match: GET /v1/cases
                scope: cases:read
              - match: [PUT /v1/cases/{id}, PATCH /v1/cases/{id}]
                scope: cases:write
              - match: GET /v1/reports/**
                environment: both
                any-of: [cases:read, cases:write]
              - match: * /v1/cases/{id}/hooks/{hook}
                environment: test
                all-of:
                  - cases:write
                  - cases:read
              - match: GET /healthz
                public: true
            preflight: allow
            """;

    private static Policy parse(String yaml) {
        return Policy.parse(yaml, "policy.yaml");
    }

    private static @Nullable Route match(Policy policy, String method, String path) {
        return policy.match(ANY_HOST, method, CanonicalPath.parse(path));
    }

    @Test
    void parse_example_isWhatItSays() {
        Policy policy = parse(EXAMPLE);

        assertThat(policy.scopes())
                .containsExactly(
                        entry("cases:read", "Read case data"), entry("cases:write", "Create and update cases"));
        assertThat(policy.preflight()).isTrue();
        assertThat(policy.servesHost("api.example.com")).isTrue();
        assertThat(policy.servesHost("other.example.com")).isFalse();
        assertThat(policy.routes())
                .containsExactly(
                        route("GET /healthz", Requirement.PUBLIC, null),
                        route("GET /v1/cases", allOf("cases:read"), null),
                        route("PATCH /v1/cases/{id}", allOf("cases:write"), null),
                        route("PUT /v1/cases/{id}", allOf("cases:write"), null),
                        route(
                                "* /v1/cases/{id}/hooks/{hook}",
                                allOf("cases:write", "cases:read"),
                                RouteEnvironment.TEST),
                        route(
                                "GET /v1/reports/**",
                                new Requirement(Requirement.Kind.ANY_OF, List.of("cases:read", "cases:write")),
                                RouteEnvironment.BOTH));
        assertThat(policy).hasToString("Policy[2 scopes, 6 rules]");
    }

    private static Route route(String rule, Requirement requirement, @Nullable RouteEnvironment environment) {
        return new Route(rule, requirement, environment);
    }

    private static Requirement allOf(String... scopes) {
        return new Requirement(Requirement.Kind.ALL_OF, List.of(scopes));
    }

    @Test
    void match_example_isRuleOrNone() {
        Policy policy = parse(EXAMPLE);

        assertThat(match(policy, "PUT", "/v1/cases/7").rule()).isEqualTo("PUT /v1/cases/{id}");
        assertThat(match(policy, "DELETE", "/v1/cases/7/hooks/a").rule()).isEqualTo("* /v1/cases/{id}/hooks/{hook}");
        assertThat(match(policy, "GET", "/healthz").isPublic()).isTrue();
        assertThat(match(policy, "GET", "/v1/cases").isPublic()).isFalse();
        assertThat(match(policy, "DELETE", "/v1/cases")).isNull();
        assertThat(policy.match("other.example.com", "GET", CanonicalPath.parse("/v1/cases")))
                .isNull();
    }

    @Test
    void parse_whatIsLeftOut_isAnyHostNoScopeNoPreflight() {
        Policy policy = parse("routes: [{match: GET /healthz, public: true}]");

        assertThat(policy.servesHost("a host, or not")).isTrue();
        assertThat(policy.scopes()).isEmpty();
        assertThat(policy.preflight()).isFalse();
        assertThat(match(policy, "GET", "/healthz")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"allow, true", "deny, false", "'\"allow\"', true"})
    void parse_preflight_isWhatItSays(String text, boolean allowed) {
        Policy policy = parse("routes: [{match: GET /healthz, public: true}]\npreflight: " + text);

        assertThat(policy.preflight()).isEqualTo(allowed);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "without quotes,          '[GET /a/{x}, * /b/{y}/c/{z}]'",
        "in quotes,               '[''GET /a/{x}'', \"* /b/{y}/c/{z}\"]'",
        "over several lines,      '[GET /a/{x},\n      * /b/{y}/c/{z}\n      ]'",
        "as a block,              '\n      - GET /a/{x}\n      - * /b/{y}/c/{z}'",
        "in a block and quotes,   '\n      - \"GET /a/{x}\"\n      - ''* /b/{y}/c/{z}'''"
    })
    void parse_bracesAndStarInList_areRead(String row, String list) {
        Policy policy = parse("routes:\n  - match: " + list + "\n    public: true\n");

        assertThat(policy.routes()).extracting(Route::rule).containsExactly("GET /a/{x}", "* /b/{y}/c/{z}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a /{b} c", "a * /b", "\uE000 /{b} * /c \uE001", "/{a: b}"})
    void parse_descriptionThatLooksLikeTemplate_isKept(String description) {
        Policy policy = parse("scopes: {a: \"" + description + "\"}\nroutes: [{match: GET /a, scope: a}]\n");

        assertThat(policy.scopes()).containsExactly(entry("a", description));
    }

    @Test
    void parse_escapedCharacterForPrivateUse_isKept() {
        Policy policy = parse("scopes: {a: \"/\\uE000x\\uE001\"}\nroutes: [{match: GET /a, scope: a}]\n");

        assertThat(policy.scopes()).containsExactly(entry("a", "/\uE000x\uE001"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "exact,                                        api.example.com",
        "with a port,                                  api.example.com:8443",
        "in capitals,                                  API.Example.COM",
        "with a dot at the end,                        api.example.com.",
        "with a dot and a port,                        api.example.com.:443",
        "below a suffix,                               a.example.org",
        "far below a suffix,                           a.b.example.org:80",
        "an address,                                   127.0.0.1:10000",
        "an IPv6 address,                              [::1]",
        "an IPv6 address with a port,                  [::1]:443",
        "an IPv6 address in capitals,                  [FE80::A]"
    })
    void servesHost_namedHost_isServed(String row, String authority) {
        assertThat(hosts().servesHost(authority)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "another,                                 example.com",
        "below an exact one,                      a.api.example.com",
        "the suffix itself,                       example.org",
        "the end of a label,                      badexample.org",
        "an empty label below the suffix,         .example.org",
        "empty labels,                            a..example.org",
        "two joined by Envoy,                     'api.example.com,api.example.com'",
        "another and one of the suffix,           'evil.com,a.example.org'",
        "a space,                                 'api.example.com '",
        "a space before,                          ' api.example.com'",
        "a user,                                  x@api.example.com",
        "a user with a password,                  x:y@api.example.com",
        "two dots at the end,                     api.example.com..",
        "two ports,                               api.example.com:80:80",
        "an empty port,                           api.example.com:",
        "a port that is no number,                api.example.com:http",
        "a port that is too long,                 api.example.com:000443",
        "a port in digits of another script,      api.example.com:\uFF14",
        "a letter that folds into ASCII,          a\u212A.example.org",
        "a letter that is not ASCII,              é.example.org",
        "nothing,                                 ''",
        "a dot,                                   .",
        "a slash,                                 a/b.example.org",
        "a percent sign,                          a%2eb.example.org",
        "IPv6 without brackets,                   ::1",
        "IPv6 without the end,                    '[::1'",
        "IPv6 with more after the bracket,        '[::1]x'",
        "IPv6 with a dot at the end,              '[::1].'",
        "IPv6 with a zone,                        '[::1%25lo]'"
    })
    void servesHost_otherOrDoubtful_isNot(String row, String authority) {
        assertThat(hosts().servesHost(authority)).isFalse();
        assertThat(hosts().match(authority, "GET", CanonicalPath.parse("/a"))).isNull();
    }

    private static Policy hosts() {
        return parse("""
                hosts: [Api.Example.com, "*.example.org", 127.0.0.1, "[::1]", "[fe80::a]"]
                routes: [{match: GET /a, public: true}]
                """);
    }

    @Test
    void servesHost_nameTooLongForDns_isNot() {
        String host = "a.".repeat(125) + "example.org";

        assertThat(hosts().servesHost(host)).isFalse();
        assertThat(hosts().servesHost(host.substring(20))).isTrue();
    }

    @Test
    void parse_policyOfTheApi_coversItsFifteenScopes() throws IOException {
        Policy policy = parse(Files.readString(Path.of("../envoy/policy.yaml")));

        assertThat(policy.scopes())
                .hasSize(15)
                .containsEntry("cases:read", "Read case data")
                .containsEntry("invoices:write", "Create and update invoices");
        Set<String> required = policy.routes().stream()
                .flatMap(route -> route.requirement().scopes().stream())
                .collect(Collectors.toSet());
        assertThat(required).isEqualTo(policy.scopes().keySet());
        assertThat(match(policy, "GET", "/v1/cases").requirement().scopeText()).isEqualTo("cases:read");
        assertThat(match(policy, "DELETE", "/v1/parties/7").requirement().scopeText())
                .isEqualTo("parties:delete");
        assertThat(match(policy, "DELETE", "/v1/invoices/7")).isNull();
        assertThat(match(policy, "GET", "/V1/Cases")).isNull();
    }

    private static final String DOCS = """
            scopes: {internal: Internal}
            routes:
            - match: [GET /docs/**, GET /docs/**/]
              public: true
            - match: GET /docs/internal/**
              scope: internal
            """;

    private static String rule(Policy policy, String path) {
        Route route = policy.match("a.example", "GET", CanonicalPath.parse(path));
        return route == null ? null : route.rule();
    }

    @Test
    void readings_unsetOrAll_refuseWhatAnUpstreamMayReadOtherwise() {
        assertThat(rule(Policy.parse(DOCS, "p"), "/docs/internal/x/")).isNull();
        assertThat(rule(Policy.parse("readings: all\n" + DOCS, "p"), "/docs/internal/x/"))
                .isNull();
        assertThat(rule(Policy.parse(DOCS, "p"), "/docs/x/")).isEqualTo("GET /docs/**/");
    }

    @Test
    void readings_exact_takePathsAsWritten() {
        Policy exact = Policy.parse("readings: exact\n" + DOCS, "p");

        assertThat(rule(exact, "/docs/internal/x/")).isEqualTo("GET /docs/**/");
        assertThat(rule(exact, "/docs/internal/x")).isEqualTo("GET /docs/internal/**");
        assertThat(rule(exact, "/docs/INTERNAL/x")).isEqualTo("GET /docs/**");
        assertThat(exact.warnings()).isEmpty();
        assertThat(exact.misreading("GET", CanonicalPath.parse("/docs/internal/x/")))
                .isNull();
    }

    @Test
    void misreading_pathWithTwoReadings_namesReadingAndBothRules() {
        Misreading misreading = Policy.parse(DOCS, "p").misreading("GET", CanonicalPath.parse("/docs/internal/x/"));

        assertThat(misreading.reading()).isEqualTo(Reading.FINAL_SLASH);
        assertThat(misreading.chosen().rule()).isEqualTo("GET /docs/**/");
        assertThat(misreading.otherText()).isEqualTo("GET /docs/internal/**");
        assertThat(Policy.parse(DOCS, "p").misreading("GET", CanonicalPath.parse("/docs/x")))
                .isNull();
        assertThat(Policy.parse(DOCS, "p").misreading("GET", CanonicalPath.parse("/x")))
                .isNull();
    }

    @Test
    void warnings_templateThatTheGuardMakesUnreachable_isNamedWithLines() {
        assertThat(Policy.parse(DOCS, "p").warnings())
                .containsExactly(
                        "GET /docs/internal/** (line 5) is out of reach: read with its final / added or left out,"
                                + " its paths are those of GET /docs/**/ (line 3) (expected: the same requirement and"
                                + " environment in both, or readings: exact)");
    }

    @Test
    void warnings_reachableTemplates_areNotNamed() {
        assertThat(Policy.parse("""
                scopes: {a: A, b: B}
                routes:
                - match: [GET /a, GET /a/, "GET /a/{x}", GET /a/b/**, GET /a/b/**/, "* /c/**"]
                  scope: a
                - match: ["GET /d/{x}", GET /a/export, GET /a/export.json, "POST /e:run", GET /E]
                  scope: b
                """, "p").warnings()).isEmpty();
    }

    @Test
    void warnings_everyUnreachableTemplate_isNamed() {
        assertThat(Policy.parse("""
                scopes: {a: A, b: B}
                routes:
                - match: "GET /a/{x}"
                  scope: a
                - match: "GET /a/{x}/"
                  scope: b
                - match: POST /c
                  scope: a
                - match: "* /c/"
                  scope: a
                  environment: test
                """, "p").warnings())
                .hasSize(4)
                .satisfies(lines -> assertThat(String.join("\n", lines))
                        .contains("GET /a/{x} (line 3)", "GET /a/{x}/ (line 5)", "POST /c (line 7)", "* /c/ (line 9)"));
    }
}
