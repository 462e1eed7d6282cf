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
 * The guard against upstreams that read a path differently from how it is written: it finds the rule that would decide
 * under such a reading. Without it, a broad template could allow a request that a narrower template denies, only
 * because the upstream treats the two paths as one.
 *
 * <p>The readings, alone or two or three of them combined:
 *
 * <ul>
 *   <li>{@link Reading#SPELLING}: letter case, Unicode form, and blanks and dots at the ends of segments. A
 *       different template counts as a different rule even with the same requirement, because nobody intends two
 *       spellings of one path.
 *   <li>{@link Reading#FINAL_SLASH}: the final {@code /} added or left out.
 *   <li>{@link Reading#LAST_SEGMENT}: the last segment cut off at a {@code .}, {@code ,} or {@code :}, if some template
 *       spells out the part before that character. This reading does not apply if the template of the path as written
 *       spells out its whole last segment, because the segment is then intended.
 * </ul>
 *
 * <p>Otherwise a rule counts as different if its requirement or its environment differs, and also if it is missing: a
 * template that matches under the reading and has no rule for the method denies the request. A reading that no template
 * matches does not count.
 *
 * <p>In the common case, where the path is ASCII, folding changes neither the path nor any template, and the last
 * segment has no {@code . , : ;}, the guard costs one more search and at most one short-lived object.
 *
 * <p>This class is immutable and thread-safe.
 */
final class Readings {
    private final TemplateTrie<MethodRoutes> exact;
    private final TemplateTrie<MethodRoutes> folded;
    /** The value in the folded table for templates that differ only in spelling. */
    private final MethodRoutes ambiguous;
    /** Whether folding leaves every template unchanged, so that both tables are the same. */
    private final boolean plain;
    /** The exact last segments of all templates, as written and folded. */
    private final Set<String> ends = new HashSet<>();

    /** The length of the longest of {@link #ends}, in characters. */
    private final int longestEnd;

    /**
     * Creates the guard for one route table.
     *
     * @param exact the trie that was built from {@code templates}
     */
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
     * Returns the first reading under which a different rule decides, or null if there is none.
     *
     * @param found the rules of the template that matches the path as written; if it has none for {@code method},
     *     the result is null
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
        // Folding changes neither the templates nor the path: the folded table cannot give another answer.
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

    /** The result of the search for the path as written, with which the results of the readings are compared. */
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

    /** Compares the readings {@code FINAL_SLASH} and {@code LAST_SEGMENT} of a path in one of the two tables. */
    private @Nullable Misreading inTable(
            Search search, TemplateTrie<MethodRoutes> table, String[] segments, boolean trailingSlash) {
        Misreading flipped = search.compare(Reading.FINAL_SLASH, table.find(segments, !trailingSlash));
        return flipped != null || search.found.exactEnd() || segments.length == 0
                ? flipped
                : cutOff(search, table, segments, trailingSlash);
    }

    /**
     * Compares the reading {@code LAST_SEGMENT}. Examines at most as many characters of the last segment as the longest
     * end that a template spells out, so that the cost does not grow with the length of the segment.
     */
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
     * Compares the readings of a path in which folding has produced delimiters or dot segments, or has left a segment
     * empty. The folded path is split into segments again, as by an upstream that folds first and splits afterwards.
     * Here a template with the same requirement and environment does not count as a different rule.
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
        // An upstream might keep the whole path, drop path parameters (;...), or drop the query and
        // fragment (?..., #...).
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

    /** Splits {@code path} into segments, drops empty ones and resolves {@code ..}. */
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
