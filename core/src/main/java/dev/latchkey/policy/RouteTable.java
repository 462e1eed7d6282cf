package dev.latchkey.policy;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rule for a method and a path. The most specific template that matches the whole path decides, whatever its methods
 * are: where it has no rule for the method, there is none.
 *
 * <p>Matching is case-sensitive, and a path for which it matters is refused: the search is repeated in a second table with
 * everything folded, and unless it ends at the same template, an upstream that ignores case could serve what another rule
 * protects.
 *
 * <p>This class is immutable and thread-safe.
 */
final class RouteTable {
    /** Stands in the folded table for templates that differ only in case; in no other. */
    private static final MethodRoutes AMBIGUOUS = new MethodRoutes();

    private final TemplateTrie<MethodRoutes> exact;
    private final TemplateTrie<MethodRoutes> folded;
    /** Whether folding leaves every template as it is, so that the two tables are the same. */
    private final boolean caseless;

    private final List<Route> routes;
    private final List<String> warnings;

    /** One rule at its place. At most one for a method and a template. */
    record Entry(String method, PathTemplate template, Route route) {}

    RouteTable(List<Entry> entries) {
        SortedMap<PathTemplate, MethodRoutes> byTemplate = new TreeMap<>();
        for (Entry entry : entries) {
            byTemplate
                    .computeIfAbsent(entry.template, template -> new MethodRoutes())
                    .add(entry.method, entry.route);
        }
        SortedMap<PathTemplate, MethodRoutes> byFolded = new TreeMap<>();
        byTemplate.forEach(
                (template, methods) -> byFolded.merge(template.folded(), methods, (one, other) -> AMBIGUOUS));
        this.exact = new TemplateTrie<>(byTemplate);
        this.folded = new TemplateTrie<>(byFolded);
        this.caseless = byTemplate.keySet().equals(byFolded.keySet());
        this.routes = inOrder(entries);
        this.warnings = warnings(entries);
    }

    /** Returns the rule, or null if there is none. */
    @Nullable
    Route match(String method, CanonicalPath path) {
        String[] segments = path.segments();
        MethodRoutes found = exact.find(segments, path.trailingSlash());
        if (found == null || !holdsInAnyCase(found, segments, path.trailingSlash())) {
            return null;
        }
        return found.find(method);
    }

    private boolean holdsInAnyCase(MethodRoutes found, String[] segments, boolean trailingSlash) {
        String[] foldedSegments = CaseFolding.fold(segments);
        if (caseless && foldedSegments == segments) {
            return true;
        }
        return folded.find(foldedSegments, trailingSlash) == found;
    }

    /** Returns all rules, the more specific template first; of one template those for one method before that for any. */
    List<Route> routes() {
        return routes;
    }

    /** Returns what is surely not meant, though no mistake in form. */
    List<String> warnings() {
        return warnings;
    }

    private static List<String> warnings(List<Entry> entries) {
        Map<PathTemplate, SortedMap<PathTemplate, String>> byFolded = new LinkedHashMap<>();
        for (Entry entry : entries) {
            byFolded.computeIfAbsent(entry.template.folded(), folded -> new TreeMap<>())
                    .put(entry.template, written(entry.route));
        }
        return byFolded.values().stream()
                .filter(alike -> alike.size() > 1)
                .map(alike -> String.join(" and ", alike.values())
                        + " differ only in letter case: their rules match no request (expected: one spelling)")
                .toList();
    }

    private static String written(Route route) {
        return route.rule().substring(route.rule().indexOf(' ') + 1);
    }

    private static List<Route> inOrder(List<Entry> entries) {
        return entries.stream()
                .sorted(Comparator.comparing(Entry::template)
                        .thenComparing(entry -> entry.method.equals(MethodRoutes.ANY))
                        .thenComparing(Entry::method))
                .map(Entry::route)
                .toList();
    }

    /** The rules of one template. */
    static final class MethodRoutes {
        /** As the method of a rule: whatever no other rule of the template is for. */
        static final String ANY = "*";

        private final Map<String, Route> byMethod = new HashMap<>();
        private @Nullable Route any;

        private void add(String method, Route route) {
            if (method.equals(ANY)) {
                any = route;
            } else {
                byMethod.put(method, route);
            }
        }

        /** Returns the rule for exactly {@code method}, else that for GET if it is HEAD, else that for any; null if none. */
        private @Nullable Route find(String method) {
            Route route = byMethod.get(method);
            if (route == null && method.equals("HEAD")) {
                route = byMethod.get("GET");
            }
            return route == null && Methods.isCanonical(method) ? any : route;
        }
    }
}
