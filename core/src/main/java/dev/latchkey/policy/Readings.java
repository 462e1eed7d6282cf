package dev.latchkey.policy;

import dev.latchkey.policy.RouteTable.MethodRoutes;
import dev.latchkey.policy.path.CaseFolding;
import dev.latchkey.policy.path.PathTemplate;
import dev.latchkey.policy.path.TemplateTrie;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The guard against upstreams that read a path other than as it is written: it finds the rule that would decide under
 * such a reading. A broad template must not open what a narrower one closes, only because the upstream takes the one
 * path for the other.
 *
 * <p>The readings, and any two or three of them at once:
 *
 * <ul>
 *   <li>{@link Reading#SPELLING}: letter case, Unicode form, blanks and dots at the ends of segments. Any other
 *       template is another rule, even with the same requirement: nobody means two spellings of one path.
 *   <li>{@link Reading#FINAL_SLASH}: the final {@code /} added or left out.
 *   <li>{@link Reading#LAST_SEGMENT}: the last segment up to a {@code .}, {@code ,} or {@code :}, if a template spells
 *       that out. Not where the template of the path as it is written spells out the whole: then it is meant.
 * </ul>
 *
 * <p>Another rule is one with another requirement or another environment, and also none: the template of the reading
 * lacks the method, so it closes the path. A reading that no template matches is not another rule.
 *
 * <p>A request whose path has no capitals, no blanks and no {@code . , :} in its last segment costs one more search,
 * and allocates nothing. This class is immutable and thread-safe.
 */
final class Readings {
    private final TemplateTrie<MethodRoutes> exact;
    private final TemplateTrie<MethodRoutes> folded;
    /** Stands in the folded table for templates that differ only in spelling. */
    private final MethodRoutes ambiguous;
    /** Whether folding leaves every template as it is, so that the two tables are the same. */
    private final boolean plain;
    /** What templates spell out as their last segments, as written and folded. */
    private final Set<String> ends = new HashSet<>();

    private final int longestEnd;

    /** @param exact the table of {@code templates} */
    Readings(TemplateTrie<MethodRoutes> exact, SortedMap<PathTemplate, MethodRoutes> templates) {
        this.exact = exact;
        this.ambiguous = new MethodRoutes(PathTemplate.parse("/a"), "templates that differ only in spelling");
        SortedMap<PathTemplate, MethodRoutes> byFolded = new TreeMap<>();
        templates.forEach((template, methods) -> {
            byFolded.merge(template.folded(), methods, (one, other) -> ambiguous);
            String end = template.exactEnd();
            if (end != null) {
                ends.add(end);
                ends.add(CaseFolding.fold(end));
            }
        });
        this.folded = new TemplateTrie<>(byFolded);
        this.plain = templates.keySet().equals(byFolded.keySet());
        this.longestEnd = ends.stream().mapToInt(String::length).max().orElse(0);
    }

    /**
     * Returns the first reading under which another rule decides, or null if there is none.
     *
     * @param found what the path has as it is written; if it has no rule for {@code method}, the answer is null
     */
    @Nullable
    Misreading misreading(MethodRoutes found, String method, String[] segments, boolean trailingSlash) {
        Route route = found.find(method);
        if (route == null) {
            return null;
        }
        Search search = new Search(found, route, method);
        Misreading written = inTable(search, exact, segments, trailingSlash);
        String[] lenient = CaseFolding.fold(segments);
        if (written != null || (plain && lenient == segments)) {
            return written;
        }
        MethodRoutes other = folded.find(lenient, trailingSlash);
        if (other != found && other != null) {
            return search.misreading(Reading.SPELLING, other);
        }
        Misreading spelled = inTable(search, folded, lenient, trailingSlash);
        return spelled == null ? resolved(search, lenient, trailingSlash) : spelled;
    }

    /** What the path has as it is written, with which readings are compared. */
    private record Search(MethodRoutes found, Route route, String method) {

        @Nullable
        Misreading compare(Reading reading, @Nullable MethodRoutes other) {
            return other == null || other == found || allowsAlike(other.find(method))
                    ? null
                    : misreading(reading, other);
        }

        Misreading misreading(Reading reading, MethodRoutes other) {
            return new Misreading(route, reading, other.template(), other.find(method));
        }

        private boolean allowsAlike(@Nullable Route other) {
            return other != null
                    && other.environment() == route.environment()
                    && other.requirement().equals(route.requirement());
        }
    }

    private @Nullable Misreading inTable(
            Search search, TemplateTrie<MethodRoutes> table, String[] segments, boolean trailingSlash) {
        Misreading flipped = search.compare(Reading.FINAL_SLASH, table.find(segments, !trailingSlash));
        return flipped != null || search.found.exactEnd() || segments.length == 0
                ? flipped
                : cutOff(search, table, segments, trailingSlash);
    }

    /** Looks no further into the last segment than the longest that a template spells out: its length must not cost. */
    private @Nullable Misreading cutOff(
            Search search, TemplateTrie<MethodRoutes> table, String[] segments, boolean trailingSlash) {
        String last = segments[segments.length - 1];
        Misreading result = null;
        for (int cut = 1; result == null && cut < last.length() && cut <= longestEnd; cut++) {
            if (endsSegment(last.charAt(cut))) {
                String stem = CaseFolding.bare(last.substring(0, cut));
                result = ends.contains(stem) ? withEnd(search, table, segments, stem, trailingSlash) : null;
            }
        }
        return result;
    }

    private static @Nullable Misreading withEnd(
            Search search, TemplateTrie<MethodRoutes> table, String[] segments, String end, boolean trailingSlash) {
        String[] cut = segments.clone();
        cut[cut.length - 1] = end;
        Misreading same = spelledOut(search, table.find(cut, trailingSlash));
        return same == null ? spelledOut(search, table.find(cut, !trailingSlash)) : same;
    }

    private static @Nullable Misreading spelledOut(Search search, @Nullable MethodRoutes other) {
        return other == null || !other.exactEnd() ? null : search.compare(Reading.LAST_SEGMENT, other);
    }

    private static boolean endsSegment(char c) {
        return c == '.' || c == ',' || c == ':' || c == ';';
    }

    /**
     * Looks at a path in which folding has made delimiters or dot segments, or has left nothing of a segment: as one
     * that is split into segments only after that.
     */
    private @Nullable Misreading resolved(Search search, String[] lenient, boolean trailingSlash) {
        boolean split = false;
        for (String segment : lenient) {
            split |= segment.isEmpty() || segment.equals("..") || hasDelimiter(segment);
        }
        if (!split) {
            return null;
        }
        String path = String.join("/", lenient);
        Misreading result = null;
        for (String read : new String[] {path, path.replaceAll(";[^/\\\\]*", ""), path.split("[?#]", 2)[0]}) {
            result = result == null ? split(search, read.split("[/\\\\]"), trailingSlash) : result;
            result = result == null ? split(search, withoutDots(read), trailingSlash) : result;
        }
        return result;
    }

    private @Nullable Misreading split(Search search, String[] segments, boolean trailingSlash) {
        Misreading same = search.compare(Reading.SPELLING, folded.find(segments, trailingSlash));
        return same == null ? inTable(search, folded, segments, trailingSlash) : same;
    }

    private static boolean hasDelimiter(String segment) {
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '/' || c == '\\' || c == '?' || c == '#' || c == ';') {
                return true;
            }
        }
        return false;
    }

    private static String[] withoutDots(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("[/\\\\]")) {
            String bare = CaseFolding.bare(segment);
            if (bare.equals("..")) {
                segments.pollLast();
            } else if (!bare.isEmpty()) {
                segments.addLast(bare);
            }
        }
        return segments.toArray(String[]::new);
    }
}
