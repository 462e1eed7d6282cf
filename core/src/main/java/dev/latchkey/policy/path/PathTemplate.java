package dev.latchkey.policy.path;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for paths: a list of segments and whether a {@code /} ends the path. A segment is exact text,
 * {@code {name}} (any one segment) or, at most once, {@code **} (one or more segments). Names are not part of a
 * template: templates that differ only in names are equal.
 *
 * <p>The natural order is by specificity: of the templates that match a path, the smallest decides.
 */
public record PathTemplate(List<Segment> segments, boolean trailingSlash) implements Comparable<PathTemplate> {
    /** The maximum number of segments. It bounds the recursion depth of matching. */
    private static final int MAX_SEGMENTS = 128;

    private static final Pattern NAME = Pattern.compile("\\{[A-Za-z_][A-Za-z0-9_-]*}");
    private static final Segment ONE = new Segment(Kind.NAME, "");
    private static final Segment REST = new Segment(Kind.REST, "");

    public PathTemplate {
        segments = List.copyOf(segments);
    }

    /** The kinds of segments, from the most to the least specific. */
    public enum Kind {
        EXACT,
        NAME,
        REST
    }

    /**
     * A segment of a template.
     *
     * @param text the decoded text of an exact segment, else empty
     */
    public record Segment(Kind kind, String text) {}

    /**
     * Parses a template as written in a policy.
     *
     * @throws IllegalArgumentException if {@code text} is not a template; the message says what was expected
     */
    public static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("a template that starts with /");
        }
        List<Segment> segments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int start = 1;
        while (start < text.length()) {
            int slash = text.indexOf('/', start);
            int stop = slash < 0 ? text.length() : slash;
            String written = text.substring(start, stop);
            Segment segment = segment(written);
            if (segment.kind != Kind.EXACT && !names.add(written)) {
                throw new IllegalArgumentException(written + " at most once");
            }
            segments.add(segment);
            start = stop + 1;
        }
        if (segments.size() > MAX_SEGMENTS) {
            throw new IllegalArgumentException("at most " + MAX_SEGMENTS + " segments");
        }
        return new PathTemplate(segments, text.endsWith("/"));
    }

    private static Segment segment(String written) {
        if (written.equals("**")) {
            return REST;
        }
        if (NAME.matcher(written).matches()) {
            return ONE;
        }
        if (written.indexOf('*') >= 0) {
            throw new IllegalArgumentException("** as a whole segment, and no other *");
        }
        if (written.indexOf('{') >= 0 || written.indexOf('}') >= 0) {
            throw new IllegalArgumentException("{name} as a whole segment, of letters, digits, _ and -");
        }
        String text = SegmentDecoder.decode(written, 0, written.length());
        if (text == null) {
            throw new IllegalArgumentException("a path in canonical form, with no segment like '" + written + "'");
        }
        return new Segment(Kind.EXACT, text);
    }

    /** Returns a template that matches the folded form of every path that this template matches. */
    public PathTemplate folded() {
        List<Segment> folded = segments.stream()
                .map(segment -> new Segment(segment.kind, CaseFolding.fold(segment.text)))
                .toList();
        return new PathTemplate(folded, trailingSlash);
    }

    /** Returns the text of the last segment if that segment is exact, else null. */
    @Nullable
    public String exactEnd() {
        Segment last = segments.isEmpty() ? REST : segments.get(segments.size() - 1);
        return last.kind == Kind.EXACT ? last.text : null;
    }

    /** Returns the index of {@code **}, or -1 if the template has none. */
    public int restIndex() {
        return segments.indexOf(REST);
    }

    @Override
    public int compareTo(PathTemplate other) {
        for (int i = 0; i < segments.size() && i < other.segments.size(); i++) {
            Segment mine = segments.get(i);
            Segment theirs = other.segments.get(i);
            int order = mine.kind.compareTo(theirs.kind);
            if (order == 0 && mine.kind == Kind.REST) {
                return compareAfterRest(other, i + 1);
            }
            order = order == 0 ? mine.text.compareTo(theirs.text) : order;
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(segments.size(), other.segments.size());
        return order == 0 ? Boolean.compare(trailingSlash, other.trailingSlash) : order;
    }

    /**
     * Compares the segments after {@code **}. Unlike exact segments before {@code **}, two exact segments at the
     * same index here can match at different positions of one path. Their texts therefore decide only if all
     * kinds are equal. If the kinds of one template are a prefix of the kinds of the other, the longer template
     * is the more specific.
     */
    private int compareAfterRest(PathTemplate other, int from) {
        int order = 0;
        int byText = 0;
        for (int i = from; order == 0 && i < segments.size() && i < other.segments.size(); i++) {
            order = segments.get(i).kind.compareTo(other.segments.get(i).kind);
            byText = byText == 0 ? segments.get(i).text.compareTo(other.segments.get(i).text) : byText;
        }
        order = order == 0 ? Integer.compare(other.segments.size(), segments.size()) : order;
        order = order == 0 ? byText : order;
        return order == 0 ? Boolean.compare(trailingSlash, other.trailingSlash) : order;
    }
}
