package dev.latchkey.policy;

import dev.latchkey.policy.path.PathTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A check of a route table for rules that are valid but that no request can reach, which is almost
 * certainly not intended.
 */
final class RouteWarnings {
    /** A method that stands for all methods that no rule names. */
    private static final String OTHER_METHOD = "X-OTHER";

    private final RouteTable table;
    /** A segment that no template spells out, in any reading. */
    private final String fresh;

    /** The number of segments of the longest template. */
    private final int longest;

    private RouteWarnings(RouteTable table) {
        this.table = table;
        Set<String> spelled = new HashSet<>();
        int depth = 0;
        for (RouteTable.Entry entry : table.entries()) {
            entry.template().folded().segments().forEach(segment -> spelled.add(segment.text()));
            depth = Math.max(depth, entry.template().segments().size());
        }
        this.longest = depth;
        String unused = "0";
        while (spelled.contains(unused)) {
            unused += "0";
        }
        this.fresh = unused;
    }

    /** Returns the warnings, one line for each. */
    static List<String> of(RouteTable table) {
        RouteWarnings warnings = new RouteWarnings(table);
        List<String> lines = new ArrayList<>(warnings.alike());
        for (RouteTable.Entry entry : table.entries()) {
            String line = warnings.unreachable(entry);
            if (line != null) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** Returns a warning for each group of templates that differ only in spelling. */
    private List<String> alike() {
        Map<PathTemplate, SortedMap<PathTemplate, String>> byFolded = new LinkedHashMap<>();
        for (RouteTable.Entry entry : table.entries()) {
            byFolded.computeIfAbsent(entry.template().folded(), folded -> new TreeMap<>())
                    .put(entry.template(), written(entry));
        }
        return byFolded.values().stream()
                .filter(alike -> alike.size() > 1)
                .map(alike -> String.join(" and ", alike.values()) + " differ only in "
                        + (inCase(alike.values()) ? "letter case" : "spelling")
                        + ": their rules match no request (expected: one spelling)")
                .toList();
    }

    private static boolean inCase(Iterable<String> templates) {
        Set<String> lower = new HashSet<>();
        templates.forEach(template -> lower.add(template.toLowerCase(Locale.ROOT)));
        return lower.size() == 1;
    }

    /**
     * Returns a warning if misreadings make the rule unreachable, or null. Tries sample paths that contain only what
     * the template spells out and a segment that no template uses. If misreadings stop even all of these paths, the
     * rule is out of reach in general, and not only for unusual paths.
     *
     * <p>Templates that differ only in spelling are not reported here but by {@link #alike}.
     */
    private @Nullable String unreachable(RouteTable.Entry entry) {
        String method = entry.method().equals(RouteTable.MethodRoutes.ANY) ? OTHER_METHOD : entry.method();
        Misreading stopped = null;
        for (String[] path : samples(entry.template())) {
            if (table.selects(entry.template(), path, entry.template().trailingSlash())) {
                stopped = table.misreading(method, path, entry.template().trailingSlash());
                if (stopped == null) {
                    return null;
                }
            }
        }
        return stopped == null || stopped.reading() == Reading.SPELLING ? null : describe(entry, stopped);
    }

    /**
     * Returns sample paths for a template: one for each number of segments that {@code **} can stand for, up to one
     * more than the longest template has.
     */
    private List<String[]> samples(PathTemplate template) {
        List<String> before = new ArrayList<>();
        int rest = template.restIndex();
        for (PathTemplate.Segment segment : template.segments()) {
            before.add(segment.kind() == PathTemplate.Kind.EXACT ? segment.text() : fresh);
        }
        List<String[]> samples = new ArrayList<>();
        samples.add(before.toArray(String[]::new));
        while (rest >= 0 && samples.size() <= longest) {
            before.add(rest, fresh);
            samples.add(before.toArray(String[]::new));
        }
        return samples;
    }

    private String describe(RouteTable.Entry entry, Misreading stopped) {
        return entry.route().rule() + " (line " + entry.line() + ") is out of reach: read "
                + stopped.reading().text() + ", its paths are those of " + stopped.otherText() + line(stopped)
                + " (expected: the same requirement and environment in both, or readings: exact)";
    }

    private String line(Misreading stopped) {
        return table.entries().stream()
                .filter(entry -> entry.route().equals(stopped.other()))
                .map(entry -> " (line " + entry.line() + ")")
                .collect(Collectors.joining());
    }

    private static String written(RouteTable.Entry entry) {
        String rule = entry.route().rule();
        return rule.substring(rule.indexOf(' ') + 1);
    }
}
