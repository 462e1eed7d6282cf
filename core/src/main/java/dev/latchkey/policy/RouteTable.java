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
 * Finds the rule for a method and a path. The most specific template that matches the whole path decides, whatever its methods
 * are: where it has no rule for the method, there is none.
 *
 * <p>Matching takes the path as it is written. A path that an upstream might read otherwise, so that another rule were for it,
 * has no rule: see {@link Readings}.
 *
 * <p>This class is immutable and thread-safe.
 */
final class RouteTable {
    private final List<Entry> entries;
    private final SortedMap<PathTemplate, MethodRoutes> byTemplate = new TreeMap<>();
    private final TemplateTrie<MethodRoutes> exact;
    /** Null if paths are taken to mean the same everywhere. */
    private final @Nullable Readings readings;

    /** One rule at its place. At most one for a method and a template. */
    record Entry(String method, PathTemplate template, Route route, int line) {}

    /** @param exactReadings whether every upstream surely reads a path as it is written */
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

    /** Returns the rule, or null if there is none. */
    @Nullable
    Route match(String method, CanonicalPath path) {
        MethodRoutes found = exact.find(path.segments(), path.trailingSlash());
        Route route = found == null ? null : found.find(method);
        return route == null || misreading(found, method, path.segments(), path.trailingSlash()) != null ? null : route;
    }

    /** Returns why a path that has a template with a rule for the method is decided by no rule; null if that is not so. */
    @Nullable
    Misreading misreading(String method, String[] segments, boolean trailingSlash) {
        return misreading(exact.find(segments, trailingSlash), method, segments, trailingSlash);
    }

    private @Nullable Misreading misreading(
            @Nullable MethodRoutes found, String method, String[] segments, boolean trailingSlash) {
        return readings == null || found == null ? null : readings.misreading(found, method, segments, trailingSlash);
    }

    /** Tells whether a path has {@code template} as its most specific one. */
    boolean selects(PathTemplate template, String[] segments, boolean trailingSlash) {
        MethodRoutes found = exact.find(segments, trailingSlash);
        return found != null && found == byTemplate.get(template);
    }

    /** Returns the entries as they were written. */
    List<Entry> entries() {
        return entries;
    }

    /** Returns all rules, the more specific template first; of one template those for one method before that for any. */
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
        /** As the method of a rule: whatever no other rule of the template is for. */
        static final String ANY = "*";

        private final String template;
        private final boolean exactEnd;
        private final Map<String, Route> byMethod = new HashMap<>();
        private @Nullable Route any;

        /** @param written how the template was first written */
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

        /** Returns the template, as it was first written. */
        String template() {
            return template;
        }

        /** Tells whether the template spells out its last segment. */
        boolean exactEnd() {
            return exactEnd;
        }

        /** Returns the rule for exactly {@code method}, else that for GET if it is HEAD, else that for any; null if none. */
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
