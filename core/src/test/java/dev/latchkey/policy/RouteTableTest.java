package dev.latchkey.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.policy.path.CanonicalPath;
import dev.latchkey.policy.path.PathTemplate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {

    private static RouteTable table(String... rules) {
        return new RouteTable(Arrays.stream(rules).map(RouteTableTest::entry).toList(), /* exactReadings= */ false);
    }

    private static RouteTable.Entry entry(String rule) {
        String[] parts = rule.split(" ");
        return new RouteTable.Entry(
                parts[0], PathTemplate.parse(parts[1]), new Route(rule, Requirement.PUBLIC, null), 1);
    }

    /** Returns the rule that decides, as written, or null if none does. */
    private static @Nullable String decides(RouteTable table, String method, String path) {
        Route route = table.match(method, CanonicalPath.parse(path));
        return route == null ? null : route.rule();
    }

    @Nested
    class Precedence {
        private final RouteTable table = table(
                "GET /v1/**",
                "GET /v1/{a}",
                "GET /v1/cases",
                "GET /v1/cases/{id}",
                "GET /v1/cases/{id}/notes",
                "GET /v1/cases/**",
                "GET /v1/{a}/7/notes",
                "GET /v1/**/comments",
                "GET /v1/**/{x}/likes",
                "GET /v1/**/{x}",
                "GET /v1/**/cases/comments",
                "GET /{a}/{b}/{c}/{d}");

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "exact before name,                           /v1/cases,               GET /v1/cases",
            "name before rest,                            /v1/parties,             GET /v1/{a}",
            "name before rest after an exact one,         /v1/cases/7,             GET /v1/cases/{id}",
            "the leftmost segment decides,                /v1/cases/7/notes,       GET /v1/cases/{id}/notes",
            "back to a name when exact leads nowhere,     /v1/parties/7/notes,     GET /v1/{a}/7/notes",
            "exact then rest before name then exact,      /v1/cases/7/files,       GET /v1/cases/**",
            "back to the rest when names lead nowhere,    /v1/parties/8/files,     'GET /v1/**/{x}'",
            "back over several segments,                  /v2/parties/8/files,     'GET /{a}/{b}/{c}/{d}'",
            "rest of one segment with an end,             /v1/x/comments,          GET /v1/**/comments",
            "the longer end before the shorter,           /v1/a/cases/comments,    GET /v1/**/cases/comments",
            "the longer end must match whole,             /v1/a/b/comments,        GET /v1/**/comments",
            "a name and then more before a name alone,    /v1/a/b/likes,           'GET /v1/**/{x}/likes'",
            "rest of many segments with an end,           /v1/a/b/c/d/e/comments,  GET /v1/**/comments",
            "an end that is not at the end,               /v1/a/comments/b/c,      'GET /v1/**/{x}'",
            "the rest is not empty,                       /v1/comments,            'GET /v1/{a}'"
        })
        void match_severalTemplates_mostSpecificDecides(String row, String path, String rule) {
            assertThat(decides(table, "GET", path)).isEqualTo(rule);
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "the rest is at least one segment,      /v1",
            "no template is as long,                /v2/a/b/c/d",
            "no template is as short,               /v2/a",
            "the root is a path of its own,         /"
        })
        void match_noTemplate_isNoRule(String row, String path) {
            assertThat(decides(table, "GET", path)).isNull();
        }

        @Test
        void match_exactBranchEndsEarly_goesBackToName() {
            RouteTable branches = table("GET /a/{x}/c", "GET /a/b/d");

            assertThat(decides(branches, "GET", "/a/b/c")).isEqualTo("GET /a/{x}/c");
            assertThat(decides(branches, "GET", "/a/b/d")).isEqualTo("GET /a/b/d");
            assertThat(decides(branches, "GET", "/a/b/e")).isNull();
        }

        @Test
        void match_segmentsOfPrefix_areWhole() {
            RouteTable john = table("GET /john/**");

            assertThat(decides(john, "GET", "/john/x")).isEqualTo("GET /john/**");
            assertThat(decides(john, "GET", "/johnathan/x")).isNull();
        }

        @Test
        void match_endsOfDifferentLength_exactFirstSegmentDecides() {
            RouteTable ends = table("GET /**/c/{y}", "GET /**/{x}/d", "GET /**/{x}/{y}/d", "GET /**/d");

            assertThat(decides(ends, "GET", "/q/c/e")).isEqualTo("GET /**/c/{y}");
            assertThat(decides(ends, "GET", "/q/c/d")).isEqualTo("GET /**/c/{y}");
            assertThat(decides(ends, "GET", "/p/q/b/d")).isEqualTo("GET /**/d");
            assertThat(decides(table("GET /**/{x}", "GET /**/{x}/{y}"), "GET", "/p/q/b/d"))
                    .as("where one ends, the longer wins")
                    .isEqualTo("GET /**/{x}/{y}");
        }
    }

    @Nested
    class Methods {
        private final RouteTable table = table(
                "GET /a", "POST /a", "* /b", "GET /b", "HEAD /c", "GET /c", "* /c", "* /**", "DELETE /d", "GET /{x}/e");

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "the exact method,                             POST,    /a,   POST /a",
            "GET for HEAD,                                 HEAD,    /a,   GET /a",
            "GET for HEAD before any,                      HEAD,    /b,   GET /b",
            "exact HEAD before GET,                        HEAD,    /c,   HEAD /c",
            "any for what is not named,                    POST,    /b,   * /b",
            "any for a method of one's own,                M-X_1,   /b,   * /b",
            "a broad template for what no other matches,   POST,    /x,   * /**"
        })
        void match_method_decides(String row, String method, String path, String rule) {
            assertThat(decides(table, method, path)).isEqualTo(rule);
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "no fall to the broader template,              PUT,     /a",
            "nor for HEAD without GET,                     HEAD,    /d",
            "nor from a template with a name,              POST,    /x/e",
            "a method in lower case is another,            get,     /a",
            "nor is it any method,                         get,     /b",
            "the name of any is no method,                 *,       /b",
            "no method at all,                             '',      /b",
            "a method with a space,                        'GET ',  /b",
            "a method that is too long,                    AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDD, /b",
            "GET is not allowed by HEAD,                   GET,     /d"
        })
        void match_methodWithoutRule_isNoRule(String row, String method, String path) {
            assertThat(decides(table, method, path)).isNull();
        }
    }

    @Nested
    class TrailingSlash {
        private final RouteTable table = table(
                "GET /", "GET /a", "GET /b/", "GET /c/{x}", "GET /d/{x}/", "GET /e/**", "GET /f/**/", "GET /g/**/h/");

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "the root,                                 /,           GET /",
            "a template without it,                    /a,          GET /a",
            "a template with it,                       /b/,         GET /b/",
            "a name before it,                         /d/x/,       GET /d/{x}/",
            "a rest of one before it,                  /f/x/,       GET /f/**/",
            "a rest of two before it,                  /f/x/y/,     GET /f/**/",
            "a rest with an end before it,             /g/x/y/h/,   GET /g/**/h/"
        })
        void match_sameEnding_isRule(String row, String path, String rule) {
            assertThat(decides(table, "GET", path)).isEqualTo(rule);
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "not on an exact template,             /a/",
            "not left out,                         /b",
            "not on a name,                        /c/x/",
            "not as an empty name,                 /c/",
            "not left out after a name,            /d/x",
            "not as an empty name before it,       /d/",
            "not on a rest,                        /e/x/",
            "not as an empty rest,                 /e/",
            "not left out after a rest,            /f/x",
            "not as an empty rest before it,       /f/"
        })
        void match_otherEnding_isNoRule(String row, String path) {
            assertThat(decides(table, "GET", path)).isNull();
        }
    }

    @Nested
    class Case {
        @Test
        void match_otherCaseHitsBroaderTemplate_isNoRule() {
            RouteTable table = table("GET /v1/cases", "GET /{a}/{b}");

            assertThat(decides(table, "GET", "/v1/cases")).isEqualTo("GET /v1/cases");
            assertThat(decides(table, "GET", "/v1/parties")).isEqualTo("GET /{a}/{b}");
            assertThat(decides(table, "GET", "/V1/Parties")).isEqualTo("GET /{a}/{b}");
            assertThat(decides(table, "GET", "/V1/Cases")).isNull();
            assertThat(decides(table, "GET", "/v1/caseS")).isNull();
        }

        @Test
        void match_otherCaseOfOnlyTemplate_isNoRule() {
            assertThat(decides(table("GET /v1/cases"), "GET", "/V1/cases")).isNull();
        }

        @Test
        void match_smallPathThatCapitalTemplateWouldTake_isNoRule() {
            RouteTable table = table("GET /V1/Cases", "GET /{a}/{b}");

            assertThat(decides(table, "GET", "/V1/Cases")).isEqualTo("GET /V1/Cases");
            assertThat(decides(table, "GET", "/v1/cases")).isNull();
            assertThat(decides(table, "GET", "/v1/other")).isEqualTo("GET /{a}/{b}");
        }

        @Test
        void match_capitalsInNameOrRest_makeNoDifference() {
            RouteTable table = table("GET /v1/cases/{id}", "GET /v1/files/**");

            assertThat(decides(table, "GET", "/v1/cases/01HXYZ")).isEqualTo("GET /v1/cases/{id}");
            assertThat(decides(table, "GET", "/v1/files/A/B/%C3%89")).isEqualTo("GET /v1/files/**");
        }

        @Test
        void match_templatesThatDifferOnlyInCase_isNoRuleForEither() {
            RouteTable table = table("GET /v1/Cases", "POST /v1/cases", "GET /v1/{x}");

            assertThat(decides(table, "GET", "/v1/Cases")).isNull();
            assertThat(decides(table, "POST", "/v1/cases")).isNull();
            assertThat(decides(table, "GET", "/v1/CASES")).isNull();
            assertThat(decides(table, "GET", "/v1/Parties")).isEqualTo("GET /v1/{x}");
        }

        @Test
        void match_templatesThatDifferOnlyInCaseAndNames_isNoRuleForEither() {
            RouteTable table = table("GET /A/{x}", "GET /a/{y}");

            assertThat(decides(table, "GET", "/A/1")).isNull();
            assertThat(decides(table, "GET", "/a/1")).isNull();
        }

        @Test
        void match_exactSegmentThatIsTheRestOfAnotherInOtherCase_isNoRule() {
            RouteTable table = table("GET /v1/**/Comments", "GET /v1/**");

            assertThat(decides(table, "GET", "/v1/a/b/Comments")).isEqualTo("GET /v1/**/Comments");
            assertThat(decides(table, "GET", "/v1/a/b/comments")).isNull();
            assertThat(decides(table, "GET", "/v1/a/b")).isEqualTo("GET /v1/**");
        }

        @Test
        void match_letterThatFoldsIntoAscii_isNoRule() {
            RouteTable table = table("GET /kases", "GET /{x}");

            assertThat(decides(table, "GET", "/%E2%84%AAases"))
                    .as("Kelvin sign")
                    .isNull();
            assertThat(decides(table, "GET", "/ka%C5%BFes")).as("long s").isNull();
            assertThat(decides(table, "GET", "/k%C3%A4ses")).isEqualTo("GET /{x}");
        }
    }

    /** Each rule is written with what it needs behind it. */
    @Nested
    class OtherReadings {
        private static RouteTable needs(String... rules) {
            return new RouteTable(Arrays.stream(rules).map(OtherReadings::entry).toList(), /* exactReadings= */ false);
        }

        private static RouteTable.Entry entry(String rule) {
            String[] parts = rule.split(" ");
            Requirement requirement = parts[2].equals("public")
                    ? Requirement.PUBLIC
                    : new Requirement(Requirement.Kind.ALL_OF, List.of(parts[2]));
            RouteEnvironment environment = parts.length < 4 ? null : RouteEnvironment.of(parts[3]);
            Route route = new Route(parts[0] + " " + parts[1], requirement, environment);
            return new RouteTable.Entry(parts[0], PathTemplate.parse(parts[1]), route, 1);
        }

        @Test
        void match_finalSlashAvoidsNarrowerTemplate_isNoRule() {
            RouteTable docs = needs("GET /docs/** public", "GET /docs/**/ public", "GET /docs/internal/** secret");

            assertThat(decides(docs, "GET", "/docs/internal/x/")).isNull();
            assertThat(decides(docs, "GET", "/docs/Internal/x/")).isNull();
            assertThat(decides(docs, "HEAD", "/docs/internal/x/")).isNull();
            assertThat(decides(docs, "GET", "/docs/guide/x")).isEqualTo("GET /docs/**");
            assertThat(decides(docs, "GET", "/docs/guide/x/")).isEqualTo("GET /docs/**/");
            assertThat(decides(docs, "GET", "/docs/internal/x"))
                    .as("which the upstream may serve as the public one")
                    .isNull();
        }

        @Test
        void match_bothEndingsNeedTheSame_isRule() {
            RouteTable table =
                    needs("GET /a x", "GET /a/ x", "GET /b x live", "GET /b/ x test", "GET /c x", "POST /c/ x");

            assertThat(decides(table, "GET", "/a")).isEqualTo("GET /a");
            assertThat(decides(table, "GET", "/a/")).isEqualTo("GET /a/");
            assertThat(decides(table, "GET", "/b"))
                    .as("differ only in environment")
                    .isNull();
            assertThat(decides(table, "GET", "/b/")).isNull();
            assertThat(decides(table, "GET", "/c"))
                    .as("closed to GET with the other ending")
                    .isNull();
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "a suffix,                     /v1/cases/export.json",
            "several suffixes,             /v1/cases/export.tar.gz",
            "a suffix and capitals,        /v1/cases/EXPORT.JSON",
            "a suffix and a final slash,   /v1/cases/export.json/",
            "a final dot,                  /v1/cases/export.",
            "a final blank,                /v1/cases/export%20",
            "a no-break space,             /v1/cases/export%C2%A0",
            "a first blank,                /v1/cases/%20export",
            "a matrix parameter,           '/v1/cases/export,x'",
            "a verb,                       /v1/cases/export:run",
            "an escaped colon,             /v1/cases/export%3Arun",
            "full-width letters,           /v1/cases/%EF%BD%85xport",
            "a full-width dot,             /v1/cases/export%EF%BC%8Ejson",
            "a full-width slash,           /v1/cases%EF%BC%8Fexport",
            "full-width dots,              /v1/cases/x%EF%BC%8F%EF%BC%8E%EF%BC%8E%EF%BC%8Fexport",
            "a full-width question mark,   /v1/cases/export%EF%BC%9Fx",
            "a blank within a prefix,      /v1/cases%20/export",
            "a segment of blanks,          /v1/%20/cases/export"
        })
        void match_endOfSegmentHidesExactSibling_isNoRule(String row, String path) {
            RouteTable table = needs(
                    "GET /v1/cases/{id} read",
                    "GET /v1/cases/{id}/ read",
                    "GET /v1/cases/export secret",
                    "GET /v1/** read",
                    "GET /v1/{x} read",
                    "GET /v1/{a}/{b}/{c} read");

            assertThat(decides(table, "GET", path)).isNull();
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "an id with a dot,             /v1/cases/7.json,             'GET /v1/cases/{id}'",
            "an id with much in it,        '/v1/cases/urn:x:7,8.z',      'GET /v1/cases/{id}'",
            "a longer name,                /v1/cases/exporter,           'GET /v1/cases/{id}'",
            "the sibling itself,           /v1/cases/export,             GET /v1/cases/export",
            "a suffix that is spelled out, /v1/cases/export.csv,         GET /v1/cases/export.csv",
            "a verb that is spelled out,   /v1/cases:merge,              GET /v1/cases:merge",
            "a file with a question mark,  /v1/cases/%E4%BD%95%EF%BC%9F, 'GET /v1/cases/{id}'",
            "a sibling elsewhere,          /v1/parties/export.json,      GET /v1/parties/**"
        })
        void match_noExactSiblingOrSpelledOut_isRule(String row, String path, String rule) {
            RouteTable table = needs(
                    "GET /v1/cases/{id} read",
                    "GET /v1/cases/export secret",
                    "GET /v1/cases/export.csv read",
                    "POST /v1/cases write",
                    "GET /v1/cases:merge merge",
                    "GET /v1/parties/** read");

            assertThat(decides(table, "GET", path)).isEqualTo(rule);
        }

        @Test
        void match_siblingLacksTheMethodOrNeedsTheSame_isNoRuleOrRule() {
            RouteTable table =
                    needs("GET /a/{id} read", "POST /a/export secret", "GET /b/{id} read", "GET /b/export read");

            assertThat(decides(table, "GET", "/a/export.json")).isNull();
            assertThat(decides(table, "GET", "/b/export.json")).isEqualTo("GET /b/{id}");
        }

        @Test
        void match_longSegmentOfDots_looksNoFurtherThanTheLongestSibling() {
            RouteTable table = needs("GET /a/{id} read", "GET /a/export secret");

            assertThat(decides(table, "GET", "/a/" + ".x".repeat(4_000))).isEqualTo("GET /a/{id}");
            assertThat(decides(table, "GET", "/a/export" + ".x".repeat(4_000))).isNull();
        }
    }

    @Test
    void match_percentEncodedLiteral_isComparedDecoded() {
        RouteTable table =
                table("GET /v1/cases%3amerge", "GET /caf%C3%A9", "GET /{x}/{y}", "GET /%7Bid%7D", "GET /a%2Ab");

        assertThat(decides(table, "GET", "/v1/cases:merge")).isEqualTo("GET /v1/cases%3amerge");
        assertThat(decides(table, "GET", "/v1/cases%3Amerge")).isEqualTo("GET /v1/cases%3amerge");
        assertThat(decides(table, "GET", "/caf%c3%a9")).isEqualTo("GET /caf%C3%A9");
        assertThat(decides(table, "GET", "/{id}")).isEqualTo("GET /%7Bid%7D");
        assertThat(decides(table, "GET", "/other")).isNull();
        assertThat(decides(table, "GET", "/a*b")).isEqualTo("GET /a%2Ab");
    }

    @Test
    void match_pathOfFourThousandSegments_isDecidedByItsEnds() {
        RouteTable table = table("GET /v1/**/end", "GET /**", "GET /V1/**/a/end");
        String middle = "/a".repeat(4_000);

        assertThat(decides(table, "GET", "/v1" + middle + "/end")).isNull();
        assertThat(decides(table, "GET", "/v1" + middle)).isEqualTo("GET /**");
        assertThat(decides(table, "GET", "/v2" + middle + "/END")).isEqualTo("GET /**");
        assertThat(decides(table("GET /v1/**/end", "GET /**"), "GET", "/v1" + middle + "/end"))
                .isEqualTo("GET /v1/**/end");
    }

    @Test
    void match_emptyTable_isNoRule() {
        assertThat(decides(table(), "GET", "/")).isNull();
    }

    @Test
    void routes_written_comeInOrderOfSpecificity() {
        List<String> rules = List.of(
                "GET /",
                "GET /v1",
                "DELETE /v1/cases",
                "GET /v1/cases",
                "* /v1/cases",
                "GET /v1/cases/",
                "GET /v1/cases/{id}",
                "GET /v1/parties",
                "GET /v1/{x}",
                "GET /v1/**/a/b",
                "GET /v1/**/a",
                "GET /v1/**/z",
                "GET /v1/**/{x}",
                "GET /v1/**",
                "GET /{x}",
                "GET /**");
        String[] backwards = rules.toArray(String[]::new);
        Collections.reverse(Arrays.asList(backwards));

        assertThat(table(backwards).routes()).extracting(Route::rule).containsExactlyElementsOf(rules);
    }
}
