package dev.latchkey.policy.path;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request path in canonical form: decoded exactly once, without anything that two readers might read differently. A
 * path that is not certainly canonical is rejected. A path is never repaired.
 *
 * <p>The following are rejected: a path of more than {@value #MAX_LENGTH} characters; a path that does not start with
 * exactly one {@code /}; an empty segment other than the last; the segments {@code .} and {@code ..}, escaped ones
 * included; an unescaped {@code \ # ;}, space, control character or non-ASCII character; and an escape (RFC 3986
 * section 2.1) that is malformed, that represents an unreserved character (section 2.3), one of {@code / \ % # ? ;} or
 * a control character, or that does not decode to UTF-8.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class CanonicalPath {
    /**
     * The maximum length of a path in characters, which are bytes because a canonical path is ASCII before decoding.
     * Splitting a longer path would cost more than the rest of a check.
     */
    public static final int MAX_LENGTH = 8 * 1024;

    private final String[] segments;
    private final boolean trailingSlash;

    private CanonicalPath(String[] segments, boolean trailingSlash) {
        this.segments = segments;
        this.trailingSlash = trailingSlash;
    }

    /**
     * Parses the part of {@code target} before the first {@code ?}. The query can have any length. A path that is too
     * long is rejected before its content is examined.
     *
     * <p>Envoy writes {@code !} for bytes that its {@code path} field cannot carry. A caller that has only
     * this field must reject paths that contain {@code !} before it calls this method, because {@code !} is
     * a legal character here.
     *
     * @param target the path and query, as in Envoy's {@code AttributeContext.HttpRequest.path}
     * @return the path, or null if it is not canonical
     */
    public static @Nullable CanonicalPath parse(String target) {
        int query = target.indexOf('?');
        int end = query < 0 ? target.length() : query;
        if (end == 0 || end > MAX_LENGTH || target.charAt(0) != '/') {
            return null;
        }
        List<String> segments = new ArrayList<>();
        int start = 1;
        while (start < end) {
            int slash = target.indexOf('/', start);
            int stop = slash < 0 || slash > end ? end : slash;
            String segment = SegmentDecoder.decode(target, start, stop);
            if (segment == null) {
                return null;
            }
            segments.add(segment);
            start = stop + 1;
        }
        return new CanonicalPath(segments.toArray(String[]::new), target.charAt(end - 1) == '/');
    }

    /**
     * Returns the decoded segments, none of them empty; no segments for {@code /}. The caller must
     * not modify the array.
     */
    public String[] segments() {
        return segments;
    }

    /** Returns whether the path ends in {@code /}. True for {@code /} itself. */
    public boolean trailingSlash() {
        return trailingSlash;
    }

    /** Returns the decoded path. */
    @Override
    public String toString() {
        String joined = "/" + String.join("/", segments);
        return trailingSlash && segments.length > 0 ? joined + "/" : joined;
    }
}
