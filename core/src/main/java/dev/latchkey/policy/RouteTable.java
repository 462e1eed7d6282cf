package dev.latchkey.policy;

import dev.latchkey.policy.path.CanonicalPath;
import dev.latchkey.policy.path.Methods;
import dev.latchkey.policy.path.PathTemplate;
import dev.latchkey.policy.path.TemplateTrie;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A table of rules, searched by method and path. The most specific template that matches the whole path decides,
 * regardless of its methods: if it has no rule for the method, no rule matches.
 *
 * <p>Matching uses the path as written. No rule matches a path that an upstream might read so that a different rule
 * would apply: see {@link Readings}.
 *
 * <p>This class is immutable and thread-safe.
 */
final class RouteTable {
    private final List<Entry> entries;
    private final SortedMap<PathTemplate, MethodRoutes> byTemplate = new TreeMap<>();
    private final TemplateTrie<MethodRoutes> exact;
    /** The guard against misreadings, or null if upstreams are trusted to read every path as written. */
    private final @Nullable Readings readings;

    /**
     * A rule with its method, its template and its line in the file. The table holds at most one entry for a
     * method and a template.
     */
    record Entry(String method, PathTemplate template, Route route, int line) {}

    /** @param exactReadings whether every upstream is trusted to read a path as written */
    RouteTable(List<Entry> entries, boolean exactReadings) {
        this.entries = List.copyOf(entries);
        for (Entry entry : entries) {
            byTemplate
                    .computeIfAbsent(entry.template, template -> new MethodRoutes(template, written(entry.route)))
                    .add(entry.method, entry.route);
        }
        this.exact = new TemplateTrie<>(byTemplate);
        this.readings = exactReadings ? null : new Readings(exact, byTemplate);
    }

    /** Returns the rule that decides, or null if there is none. */
    @Nullable
    Route match(String method, CanonicalPath path) {
        MethodRoutes found = exact.find(path.segments(), path.trailingSlash());
        Route route = found == null ? null : found.find(method);
        return route == null || misreading(found, method, path.segments(), path.trailingSlash()) != null ? null : route;
    }

    /**
     * Returns the misreading because of which no rule decides although the matching template has a rule for the method,
     * or null if there is no such misreading.
     */
    @Nullable
    Misreading misreading(String method, String[] segments, boolean trailingSlash) {
        return misreading(exact.find(segments, trailingSlash), method, segments, trailingSlash);
    }

    private @Nullable Misreading misreading(
            @Nullable MethodRoutes found, String method, String[] segments, boolean trailingSlash) {
        return readings == null || found == null ? null : readings.misreading(found, method, segments, trailingSlash);
    }

    /** Returns whether {@code template} is the most specific template that matches a path. */
    boolean selects(PathTemplate template, String[] segments, boolean trailingSlash) {
        MethodRoutes found = exact.find(segments, trailingSlash);
        return found != null && found == byTemplate.get(template);
    }

    /** Returns the entries in file order. */
    List<Entry> entries() {
        return entries;
    }

    /**
     * Returns all rules, most specific template first. Within a template, rules for one method come before the
     * rule for any method.
     */
    List<Route> routes() {
        return entries.stream()
                .sorted(Comparator.comparing(Entry::template)
                        .thenComparing(entry -> entry.method.equals(MethodRoutes.ANY))
                        .thenComparing(Entry::method))
                .map(Entry::route)
                .toList();
    }

    private static String written(Route route) {
        return route.rule().substring(route.rule().indexOf(' ') + 1);
    }

    /** The rules of one template. */
    static final class MethodRoutes {
        /** The method of a rule for all methods for which the template has no other rule. */
        static final String ANY = "*";

        private final String template;
        private final boolean exactEnd;
        private final Map<String, Route> byMethod = new HashMap<>();
        private @Nullable Route any;

        /** @param written the template as first written in the policy */
        MethodRoutes(PathTemplate template, String written) {
            this.template = written;
            this.exactEnd = template.exactEnd() != null;
        }

        private void add(String method, Route route) {
            if (method.equals(ANY)) {
                any = route;
            } else {
                byMethod.put(method, route);
            }
        }

        /** Returns the template as first written in the policy. */
        String template() {
            return template;
        }

        /** Returns whether the last segment of the template is exact. */
        boolean exactEnd() {
            return exactEnd;
        }

        /**
         * Returns the rule for exactly {@code method}; else, for HEAD, the rule for GET; else the rule for any method;
         * null if there is none. The rule for any method applies only to a method in canonical form.
         */
        @Nullable
        Route find(String method) {
            Route route = byMethod.get(method);
            if (route == null && method.equals("HEAD")) {
                route = byMethod.get("GET");
            }
            return route == null && Methods.isCanonical(method) ? any : route;
        }
    }
}
