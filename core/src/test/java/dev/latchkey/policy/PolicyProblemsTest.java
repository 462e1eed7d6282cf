package dev.latchkey.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.latchkey.policy.file.InvalidPolicyException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyProblemsTest {
    /** Four lines; the rules follow from line 5 on. */
    private static final String SCOPES = "scopes:\n  cases:read: Read\n  cases:write: Write\nroutes:\n";

    private static final String RULE = "routes: [{match: GET /a, public: true}]";

    private static List<String> problems(String yaml) {
        InvalidPolicyException thrown =
                catchThrowableOfType(InvalidPolicyException.class, () -> Policy.parse(yaml, "p.yaml"));
        assertThat(thrown).as("accepted: %s", yaml).isNotNull();
        assertThat(thrown).hasMessage(String.join("\n", thrown.problems()));
        return thrown.problems();
    }

    @Test
    void parse_fiveMistakes_areFiveProblemsInOrderOfLines() {
        String yaml = """
                scopes:
                  cases:read: Read case data
                  cases:write: Create and update cases
                routes:
                  - match: GET /v1/cases
                    scope: cases:raed
                  - match: get /v1/parties
                    scope: cases:read
                  - match: GET /v1/files/{id}/
                    scop: cases:read
                    public: true
                  - match: GET /v1/cases/{id}
                    scope: cases:read
                  - match: [PUT /v1/cases/{id}, GET /v1/cases/{case}]
                    scope: cases:write
                  - match: GET /v1/reports
                    environment: prod
                    scope: cases:read
                """;

        assertThat(problems(yaml))
                .containsExactly(
                        "p.yaml:6: scope: cases:raed (expected: a scope of the catalogue; the nearest is cases:read)",
                        "p.yaml:7: match: get /v1/parties (expected: a method in upper case, or * for any)",
                        "p.yaml:10: unknown field scop"
                                + " (expected: one of match, scope, all-of, any-of, public, environment)",
                        "p.yaml:14: match: GET /v1/cases/{case}"
                                + " (expected: one rule for a method and a template; the first is on line 12)",
                        "p.yaml:17: environment: prod (expected: live, test or both)");
    }

    static Stream<Arguments> files() {
        return Stream.of(
                arguments("an empty file", "", "1: an empty file (expected: a policy)"),
                arguments("only a comment", "# nothing\n", "1: an empty file (expected: a policy)"),
                arguments(
                        "a list",
                        "- a",
                        "1: policy: a list (expected: a mapping of hosts, scopes, routes, preflight, readings)"),
                arguments(
                        "a word",
                        "a",
                        "1: policy: a (expected: a mapping of hosts, scopes, routes, preflight, readings)"),
                arguments(
                        "an empty mapping",
                        "{}",
                        "1: policy: an empty mapping (expected: a mapping of hosts, scopes, routes, preflight,"
                                + " readings)"),
                arguments(
                        "an unknown field",
                        RULE + "\nroute: a",
                        "2: unknown field route (expected: one of hosts, scopes, routes, preflight, readings)"),
                arguments(
                        "a merge key",
                        RULE + "\n<<: {preflight: allow}",
                        "2: unknown field << (expected: one of hosts, scopes, routes, preflight, readings)"),
                arguments(
                        "a field given twice",
                        RULE + "\npreflight: deny\npreflight: allow",
                        "3: field preflight (expected: each field once; the first is on line 2)"),
                arguments(
                        "no routes",
                        "\nscopes: {a: A}",
                        "2: policy without routes (expected: routes: a list of rules)"),
                arguments("routes of nothing", "routes:", "1: routes: nothing (expected: a list of rules)"),
                arguments(
                        "an empty list of routes",
                        "routes: []",
                        "1: routes: an empty list (expected: a list of rules)"),
                arguments("routes as a mapping", "routes: {a: b}", "1: routes: a mapping (expected: a list of rules)"),
                arguments(
                        "preflight of another kind",
                        RULE + "\npreflight: yes",
                        "2: preflight: yes (expected: allow or deny)"),
                arguments(
                        "preflight in capitals",
                        RULE + "\npreflight: ALLOW",
                        "2: preflight: ALLOW (expected: allow or deny)"),
                arguments(
                        "an empty list of hosts",
                        RULE + "\nhosts: []",
                        "2: hosts: an empty list (expected: a list of hosts; without it, any host)"),
                arguments(
                        "one host without a list",
                        RULE + "\nhosts: a.example",
                        "2: hosts: a.example (expected: a list of hosts; without it, any host)"),
                arguments(
                        "a host with a port",
                        RULE + "\nhosts: ['a.example:80']",
                        "2: hosts: a.example:80"
                                + " (expected: a host such as api.example.com, or *.example.com, without port)"),
                arguments(
                        "a host with a star inside",
                        RULE + "\nhosts: [a.*.example]",
                        "2: hosts: a.*.example"
                                + " (expected: a host such as api.example.com, or *.example.com, without port)"),
                arguments(
                        "a star alone",
                        RULE + "\nhosts: ['*.']",
                        "2: hosts: *. (expected: a host such as api.example.com, or *.example.com, without port)"),
                arguments("a number as a host", RULE + "\nhosts: [7]", "2: hosts: 7 (expected: a host)"),
                arguments(
                        "a host given twice",
                        RULE + "\nhosts:\n- a.example\n- A.example",
                        "4: hosts: A.example (expected: each host once)"),
                arguments(
                        "no scope in the catalogue",
                        RULE + "\nscopes: {}",
                        "2: scopes: an empty mapping (expected: a mapping of scopes to descriptions)"),
                arguments(
                        "a catalogue without descriptions",
                        RULE + "\nscopes: [a]",
                        "2: scopes: a list (expected: a mapping of scopes to descriptions)"),
                arguments(
                        "a scope with a space",
                        RULE + "\nscopes: {cases read: A}",
                        "2: scopes: cases read (expected: a scope of the form [A-Za-z0-9][A-Za-z0-9:._/-]{0,63})"),
                arguments(
                        "a scope that is too long",
                        RULE + "\nscopes: {" + "a".repeat(65) + ": A}",
                        "2: scopes: " + "a".repeat(65)
                                + " (expected: a scope of the form [A-Za-z0-9][A-Za-z0-9:._/-]{0,63})"),
                arguments(
                        "a scope that would end a quoted string",
                        RULE + "\nscopes: {'a\"': A}",
                        "2: scopes: a\" (expected: a scope of the form [A-Za-z0-9][A-Za-z0-9:._/-]{0,63})"),
                arguments(
                        "a scope without description",
                        RULE + "\nscopes:\n  a:",
                        "3: scopes: a: nothing (expected: a description)"),
                arguments(
                        "a description that is no text",
                        RULE + "\nscopes: {a: 7}",
                        "2: scopes: a: 7 (expected: a description)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void parse_fileWithMistake_namesLineValueAndExpectation(String row, String yaml, String problem) {
        assertThat(problems(yaml)).containsExactly("p.yaml:" + problem);
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                arguments(
                        "a word",
                        "GET",
                        "rule: GET (expected: a mapping of match, scope, all-of, any-of, public, environment)"),
                arguments(
                        "an empty rule",
                        "{}",
                        "rule: an empty mapping"
                                + " (expected: a mapping of match, scope, all-of, any-of, public, environment)"),
                arguments(
                        "nothing",
                        "",
                        "rule: nothing (expected: a mapping of match, scope, all-of, any-of, public, environment)"),
                arguments(
                        "no requirement",
                        "{match: GET /a}",
                        "rule without scope (expected: exactly one of scope, all-of, any-of, public: true)"),
                arguments(
                        "two requirements",
                        "{match: GET /a, public: true, scope: cases:read}",
                        "public and scope in one rule"
                                + " (expected: exactly one of scope, all-of, any-of, public: true)"),
                arguments(
                        "three requirements",
                        "{match: GET /a, scope: cases:read, any-of: [cases:read], all-of: [cases:read]}",
                        "scope and any-of and all-of in one rule"
                                + " (expected: exactly one of scope, all-of, any-of, public: true)"),
                arguments(
                        "a requirement and public: false",
                        "{match: GET /a, public: false}",
                        "public: false (expected: true)"),
                arguments("public in quotes", "{match: GET /a, public: 'true'}", "public: true (expected: true)"),
                arguments("public: yes", "{match: GET /a, public: yes}", "public: yes (expected: true)"),
                arguments(
                        "a public rule with an environment",
                        "{match: GET /a, public: true, environment: test}",
                        "environment: test (expected: none where public: true lets everybody in)"),
                arguments(
                        "no match",
                        "{scope: cases:read}",
                        "rule without match (expected: match: METHOD template, such as GET /v1/cases)"),
                arguments(
                        "match of nothing",
                        "{match: , scope: cases:read}",
                        "match: nothing (expected: METHOD template, such as GET /v1/cases)"),
                arguments(
                        "an empty list of matches",
                        "{match: [], scope: cases:read}",
                        "match: an empty list (expected: METHOD template, such as GET /v1/cases)"),
                arguments(
                        "a list in the list of matches",
                        "{match: [[GET /a]], scope: cases:read}",
                        "match: a list (expected: METHOD template, such as GET /v1/cases)"),
                arguments(
                        "a template without method",
                        "{match: /a, scope: cases:read}",
                        "match: /a (expected: METHOD template, such as GET /v1/cases)"),
                arguments(
                        "a method that is too long",
                        "{match: " + "A".repeat(33) + " /a, scope: cases:read}",
                        "match: " + "A".repeat(33) + " /a (expected: a method in upper case, or * for any)"),
                arguments(
                        "scope of nothing",
                        "{match: GET /a, scope: }",
                        "scope: nothing (expected: one scope; for more, all-of or any-of)"),
                arguments(
                        "scope with a list",
                        "{match: GET /a, scope: [cases:read]}",
                        "scope: a list (expected: one scope; for more, all-of or any-of)"),
                arguments(
                        "all-of without a list",
                        "{match: GET /a, all-of: cases:read}",
                        "all-of: cases:read (expected: a list of scopes)"),
                arguments(
                        "all-of with an empty list",
                        "{match: GET /a, all-of: []}",
                        "all-of: an empty list (expected: a list of scopes)"),
                arguments(
                        "any-of with an empty list",
                        "{match: GET /a, any-of: []}",
                        "any-of: an empty list (expected: a list of scopes)"),
                arguments("any-of with a number", "{match: GET /a, any-of: [7]}", "any-of: 7 (expected: a scope)"),
                arguments(
                        "a scope given twice",
                        "{match: GET /a, any-of: [cases:read, cases:read]}",
                        "any-of: cases:read (expected: each scope once)"),
                arguments(
                        "an unknown scope in a list",
                        "{match: GET /a, any-of: [cases:read, case:write]}",
                        "any-of: case:write (expected: a scope of the catalogue; the nearest is cases:write)"),
                arguments(
                        "scopes in one text",
                        "{match: GET /a, scope: cases:read cases:write}",
                        "scope: cases:read cases:write"
                                + " (expected: a scope of the catalogue; the nearest is cases:write)"),
                arguments(
                        "environment of nothing",
                        "{match: GET /a, scope: cases:read, environment: }",
                        "environment: nothing (expected: live, test or both)"),
                arguments(
                        "environment in capitals",
                        "{match: GET /a, scope: cases:read, environment: Live}",
                        "environment: Live (expected: live, test or both)"),
                arguments(
                        "one template twice in a rule",
                        "{match: ['GET /a/{x}', 'GET /a/{y}'], scope: cases:read}",
                        "match: GET /a/{y} (expected: one rule for a method and a template; the first is on line 5)"),
                arguments(
                        "one template in two spellings",
                        "{match: ['GET /a%3a', 'GET /a:'], scope: cases:read}",
                        "match: GET /a: (expected: one rule for a method and a template; the first is on line 5)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void parse_ruleWithMistake_namesLineValueAndExpectation(String row, String rule, String problem) {
        assertThat(problems(SCOPES + "  - " + rule)).containsExactly("p.yaml:5: " + problem);
    }

    static Stream<Arguments> templates() {
        String name = "{name} as a whole segment, of letters, digits, _ and -";
        String rest = "** as a whole segment, and no other *";
        return Stream.of(
                arguments("no slash at the start", "v1/cases", "a template that starts with /"),
                arguments("nothing", "", "a template that starts with /"),
                arguments("two spaces", " /v1", "a template that starts with /"),
                arguments("an empty segment", "/v1//cases", canonical("")),
                arguments("two slashes at the end", "/v1//", canonical("")),
                arguments("a dot segment", "/v1/../cases", canonical("..")),
                arguments("an escaped slash", "/v1/a%2Fb", canonical("a%2Fb")),
                arguments("an escaped letter", "/v1/%61", canonical("%61")),
                arguments("a query", "/v1?a=b", canonical("v1?a=b")),
                arguments("a space", "/v1/a b", canonical("a b")),
                arguments("a letter that is not ASCII", "/é", canonical("é")),
                arguments("a name with more before it", "/v1/x{id}", name),
                arguments("a name with more after it", "/v1/{id}x", name),
                arguments("a name without a name", "/v1/{}", name),
                arguments("a name that starts with a digit", "/v1/{1}", name),
                arguments("a name with a pattern", "/v1/{id:[0-9]+}", name),
                arguments("a brace alone", "/v1/}", name),
                arguments("a name given twice", "/{id}/{id}", "{id} at most once"),
                arguments("one star", "/v1/*", rest),
                arguments("three stars", "/v1/***", rest),
                arguments("a star in a literal", "/v1/a*", rest),
                arguments("a star in a name", "/v1/{**}", rest),
                arguments("two rests", "/**/a/**", "** at most once"),
                arguments("too many segments", "/a".repeat(129), "at most 128 segments"));
    }

    private static String canonical(String segment) {
        return "a path in canonical form, with no segment like '" + segment + "'";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("templates")
    void parse_badTemplate_namesWhatIsExpected(String row, String template, String expected) {
        List<String> problems = problems(SCOPES + "  - match: 'GET " + template + "'\n    scope: cases:read\n");

        String given = "match: GET " + template;
        String shown = given.length() > 120 ? given.substring(0, 120) + "…" : given;
        assertThat(problems).containsExactly("p.yaml:5: " + shown + " (expected: " + expected + ")");
    }

    static Stream<Arguments> yaml() {
        return Stream.of(
                arguments(
                        "a colon in a value",
                        RULE + "\nscopes:\n  a: b: c\n",
                        "3: mapping values are not allowed here (expected: valid YAML)"),
                arguments(
                        "a list without an end",
                        RULE + "\nhosts: [a\n",
                        "3: expected ',' or ']', but got <stream end> (expected: valid YAML)"),
                arguments(
                        "a tab as indentation",
                        "routes:\n\t- a",
                        "2: found character '\\t(TAB)' that cannot start any token."
                                + " (Do not use \\t(TAB) for indentation) (expected: valid YAML)"),
                arguments(
                        "a control character",
                        RULE + "\nhosts: [a]\nscopes: \u0001",
                        "3: character U+0001 (expected: printable characters)"),
                arguments("an anchor", RULE + "\nhosts: &h [a]", "2: &h (expected: no anchors)"),
                arguments("an anchor on a key", RULE + "\n&h hosts: [a]", "2: &h (expected: no anchors)"),
                arguments("an anchor on the first key", "&h " + RULE, "1: &h (expected: no anchors)"),
                arguments("a tag", RULE + "\nhosts: !x [a]", "2: tag !x (expected: no tags)"),
                arguments(
                        "a tag on a text",
                        RULE + "\nhosts: [!!str a]",
                        "2: tag tag:yaml.org,2002:str (expected: no tags)"),
                arguments(
                        "a second document", RULE + "\n---\n" + RULE, "2: a second document (expected: one document)"),
                arguments(
                        "deep nesting", "routes: " + "[".repeat(100_000), "1: nesting deeper than 8 (expected: less)"),
                arguments(
                        "too many characters",
                        RULE + " ".repeat(1 << 20),
                        "1: " + ((1 << 20) + RULE.length()) + " characters (expected: at most 1048576)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("yaml")
    void parse_yamlNotWanted_namesLineAndReason(String row, String yaml, String problem) {
        assertThat(problems(yaml)).containsExactly("p.yaml:" + problem);
    }

    @Test
    void parse_anyDamageToFile_isPolicyOrProblems() {
        String[] pieces = {
            "{",
            "}",
            "[",
            "]",
            "&a ",
            "*a",
            "* /",
            "!",
            "!!",
            "%",
            "@",
            "`",
            "|",
            ">",
            "?",
            ":",
            ": ",
            "- ",
            "---\n",
            "...\n",
            "\"",
            "'",
            "#",
            "\t",
            "\n",
            "\r",
            " ",
            ",",
            "\\",
            "\"\\U00110000\"",
            "\"\\xZZ\"",
            "<<",
            "~",
            "\0",
            "\uFEFF",
            "\uD800",
            "\uE000",
            "😀",
            "é",
            "**",
            "/{x}",
            "%2f",
            "public: true",
            "%YAML 9.9\n",
            "%TAG ! a\n"
        };
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            StringBuilder yaml =
                    new StringBuilder(SCOPES).append("  - match: [GET /a, \"PUT /b/{c}\"]\n    scope: cases:read\n");
            for (int damage = random.nextInt(4); damage >= 0; damage--) {
                int at = random.nextInt(yaml.length());
                yaml.replace(at, at + random.nextInt(3), pieces[random.nextInt(pieces.length)]);
            }
            refused += isPolicy(yaml.toString()) ? 0 : 1;
        }
        assertThat(refused).isBetween(1_000, 9_900);
    }

    /** Any other exception than the one for problems is a failure. */
    private static boolean isPolicy(String yaml) {
        try {
            return !Policy.parse(yaml, "p.yaml").routes().isEmpty();
        } catch (InvalidPolicyException e) {
            assertThat(e.problems())
                    .isNotEmpty()
                    .allMatch(problem -> problem.matches("p\\.yaml:[1-9][0-9]*: .+ \\(expected: .+\\)"));
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError(yaml, e);
        }
    }

    @Test
    void parse_alias_isRefused() {
        assertThat(problems(RULE + "\nscopes: {a: &x A, b: *x}"))
                .containsExactly("p.yaml:2: &x (expected: no anchors)", "p.yaml:2: *x (expected: no aliases)");
    }

    @Test
    void parse_keyThatIsNoText_isOneProblem() {
        assertThat(problems(RULE + "\n? [a]\n: b")).containsExactly("p.yaml:2: a list as a field (expected: a name)");
    }

    @Test
    void parse_methodAndTemplateBad_areTwoProblems() {
        assertThat(problems(SCOPES + "  - match: get v1\n    scope: cases:read\n"))
                .containsExactly(
                        "p.yaml:5: match: get v1 (expected: a method in upper case, or * for any)",
                        "p.yaml:5: match: get v1 (expected: a template that starts with /)");
    }

    @Test
    void parse_scopeWithoutCatalogue_namesNoNearest() {
        assertThat(problems("routes: [{match: GET /a, scope: b}]"))
                .containsExactly("p.yaml:1: scope: b (expected: a scope of the catalogue)");
    }

    @Test
    void parse_badScopeInCatalogue_isNotReportedAgainWhereItIsUsed() {
        assertThat(problems("scopes: {a*: A}\nroutes: [{match: GET /a, scope: a*}]"))
                .singleElement()
                .asString()
                .startsWith("p.yaml:1: scopes: a* ");
    }

    @Test
    void parse_valueOfSeveralLines_isShownOnOne() {
        assertThat(problems("preflight: \"a\\nb\"\n" + RULE))
                .containsExactly("p.yaml:1: preflight: a?b (expected: allow or deny)");
    }
}
