package dev.latchkey.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.policy.path.CanonicalPath;
import dev.latchkey.policy.path.PathTemplate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@link RouteTable} against the rules taken literally: sort all templates, take the first that matches, then look on.
 */
class RouteTablePropertyTest {
    private static final int TABLES = 2_000;
    private static final int PATHS = 40;
    private static final String[] TEMPLATE_SEGMENTS = {"a", "b", "a", "B", "{x}", "{y}", "**", "**", "c%3Ad"};
    private static final String[] PATH_SEGMENTS = {"a", "b", "a", "b", "A", "B", "c:d", "C:D"};
    private static final String[] RULE_METHODS = {"GET", "GET", "POST", "HEAD", "*"};
    private static final String[] METHODS = {"GET", "POST", "HEAD", "PUT"};

    @Test
    void match_randomTablesAndPaths_agreesWithLinearMatcher() {
        Random random = new Random(4);
        int decided = 0;
        int refusedForCase = 0;
        for (int i = 0; i < TABLES; i++) {
            Map<String, Route> rules = rules(random);
            RouteTable table = table(rules);
            for (int j = 0; j < PATHS; j++) {
                String path = path(random);
                String method = pick(METHODS, random);
                Route expected = linear(rules, method, path);
                Route actual = table.match(method, CanonicalPath.parse(path));
                if (!Objects.equals(actual, expected)) {
                    throw new AssertionError(method + " " + path + " of " + rules.values() + ": " + actual
                            + " (expected: " + expected + ")");
                }
                decided += expected == null ? 0 : 1;
                refusedForCase += expected == null && rule(rules, best(rules, path, false), method) != null ? 1 : 0;
            }
        }
        // The generator must reach both ends, or nothing was shown.
        assertThat(decided).isGreaterThan(TABLES * PATHS / 10);
        assertThat(refusedForCase).isGreaterThan(TABLES * PATHS / 200);
    }

    @Test
    void routes_randomTables_areInAnOrderInWhichTheFirstMatchDecides() {
        Random random = new Random(5);
        int decided = 0;
        for (int i = 0; i < TABLES; i++) {
            Map<String, Route> rules = rules(random);
            List<Route> ordered = table(rules).routes();
            assertThat(ordered).containsExactlyInAnyOrderElementsOf(rules.values());
            for (int j = 0; j < PATHS; j++) {
                String path = path(random);
                List<String> best = best(rules, path, false);
                String first = ordered.stream()
                        .map(route -> shape(route.rule()))
                        .filter(shape -> matches(segments(shape), segments(path)))
                        .findFirst()
                        .orElse(null);
                if (!Objects.equals(first, best.isEmpty() ? null : best.get(0))) {
                    throw new AssertionError(path + " of " + rules.values() + ": " + first);
                }
                decided += first == null ? 0 : 1;
            }
        }
        assertThat(decided).isGreaterThan(TABLES * PATHS / 10);
    }

    private static RouteTable table(Map<String, Route> rules) {
        List<RouteTable.Entry> entries = rules.values().stream()
                .map(route -> new RouteTable.Entry(
                        route.rule().split(" ")[0],
                        PathTemplate.parse(route.rule().split(" ")[1]),
                        route,
                        1))
                .toList();
        return new RouteTable(entries, /* exactReadings= */ false);
    }

    /** Returns rules by method and shape, so that there is one of each. */
    private static Map<String, Route> rules(Random random) {
        Map<String, Route> rules = new LinkedHashMap<>();
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            StringBuilder template = new StringBuilder();
            List<String> used = new ArrayList<>();
            int segments = random.nextInt(5);
            for (int j = 0; j < segments; j++) {
                String segment = pick(TEMPLATE_SEGMENTS, random);
                boolean again = (segment.startsWith("{") || segment.equals("**")) && used.contains(segment);
                used.add(segment);
                template.append('/').append(again ? "b" : segment);
            }
            String rule = pick(RULE_METHODS, random) + " "
                    + (segments == 0 || random.nextInt(4) == 0 ? template.append('/') : template);
            rules.putIfAbsent(rule.split(" ")[0] + " " + shape(rule), new Route(rule, Requirement.PUBLIC, null));
        }
        return rules;
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder();
        int segments = random.nextInt(6);
        for (int j = 0; j < segments; j++) {
            path.append('/').append(pick(PATH_SEGMENTS, random));
        }
        return (segments == 0 || random.nextInt(4) == 0 ? path.append('/') : path).toString();
    }

    private static String pick(String[] choices, Random random) {
        return choices[random.nextInt(choices.length)];
    }

    private static @Nullable Route linear(Map<String, Route> rules, String method, String path) {
        List<String> best = best(rules, path, false);
        String flipped = path.equals("/") ? "" : path.endsWith("/") ? path.substring(0, path.length() - 1) : path + "/";
        boolean open = best.equals(best(rules, path, true))
                && isOpen(rules, best(rules, flipped, false), method)
                && isOpen(rules, best(rules, flipped, true), method);
        return open ? rule(rules, best, method) : null;
    }

    /** Tells whether another reading of the path has no template, or a rule: all of them are public here. */
    private static boolean isOpen(Map<String, Route> rules, List<String> best, String method) {
        return best.isEmpty() || (best.size() == 1 && rule(rules, best, method) != null);
    }

    private static @Nullable Route rule(Map<String, Route> rules, List<String> best, String method) {
        if (best.isEmpty()) {
            return null;
        }
        Route any = rules.get("* " + best.get(0));
        Route get = method.equals("HEAD") ? rules.getOrDefault("GET " + best.get(0), any) : any;
        return rules.getOrDefault(method + " " + best.get(0), get);
    }

    /** Returns the shapes that no other matching one precedes: one at most if case matters. */
    private static List<String> best(Map<String, Route> rules, String path, boolean ignoreCase) {
        List<String> matching = rules.values().stream()
                .map(route -> shape(route.rule()))
                .distinct()
                .filter(shape -> ignoreCase
                        ? matches(segments(lower(shape)), segments(lower(path)))
                        : matches(segments(shape), segments(path)))
                .sorted(Comparator.comparing(RouteTablePropertyTest::kinds))
                .toList();
        List<String> best = matching.stream()
                .filter(shape -> kinds(shape).equals(kinds(matching.get(0))))
                .toList();
        if (best.size() > 1 && !ignoreCase) {
            throw new AssertionError(path + ": no order among " + best);
        }
        return best;
    }

    /** Returns the template with every name the same and its escapes decoded. */
    private static String shape(String rule) {
        return rule.split(" ")[1].replace("{y}", "{x}").replace("%3A", ":");
    }

    /** Returns what sorts like the template's specificity; the end, if it can differ, comes last: the longer wins. */
    private static String kinds(String shape) {
        StringBuilder kinds = new StringBuilder();
        for (String segment : segments(shape)) {
            String kind = segment.isEmpty() ? "" : segment.equals("**") ? "c" : segment.equals("{x}") ? "b" : "a";
            kinds.append(kind);
        }
        return kinds.append('d').toString();
    }

    /** Returns the segments, the last one empty after a trailing slash. */
    private static List<String> segments(String path) {
        return path.isEmpty() ? List.of() : List.of(path.substring(1).split("/", -1));
    }

    private static boolean matches(List<String> template, List<String> path) {
        if (template.isEmpty() || path.isEmpty()) {
            return template.isEmpty() && path.isEmpty();
        }
        String first = template.get(0);
        List<String> rest = template.subList(1, template.size());
        if (first.equals("**")) {
            for (int taken = 1; taken <= path.size() && !path.get(taken - 1).isEmpty(); taken++) {
                if (matches(rest, path.subList(taken, path.size()))) {
                    return true;
                }
            }
            return false;
        }
        boolean same = first.equals("{x}") ? !path.get(0).isEmpty() : first.equals(path.get(0));
        return same && matches(rest, path.subList(1, path.size()));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
