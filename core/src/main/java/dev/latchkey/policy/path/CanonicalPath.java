package dev.latchkey.policy.path;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request path in the one spelling that is matched: decoded once, without anything that two readers might read differently.
 * What is not surely canonical is no {@code CanonicalPath}; nothing is ever repaired.
 *
 * <p>Refused are: a path of more than {@value #MAX_LENGTH} characters, one that does not start with exactly one {@code /}, an empty segment other than the last, the segments
 * {@code .} and {@code ..} also when escaped, a raw {@code \ # ;}, space, control character or anything not ASCII, and every
 * escape (RFC 3986 section 2.1) that is malformed, that stands for an unreserved character (section 2.3), for
 * {@code / \ % # ? ;} or a control character, or that is not UTF-8 once decoded.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class CanonicalPath {
    /** The longest path, in characters, which are bytes here: splitting a longer one costs more than all else in a check. */
    public static final int MAX_LENGTH = 8 * 1024;

    private final String[] segments;
    private final boolean trailingSlash;

    private CanonicalPath(String[] segments, boolean trailingSlash) {
        this.segments = segments;
        this.trailingSlash = trailingSlash;
    }

    /**
     * Reads what stands before the first {@code ?}; the query may be of any length. A path that is too long is not looked into.
     *
     * <p>Envoy writes {@code !} for bytes that its {@code path} cannot carry; whoever has only that field must refuse
     * {@code !} beforehand, since it is a legal character here.
     *
     * @param target path and query as in Envoy's {@code AttributeContext.HttpRequest.path}
     * @return null if the path is not canonical
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

    /** Returns the decoded segments, none of them empty; not to be changed. None for {@code /}. */
    public String[] segments() {
        return segments;
    }

    /** Tells whether the path ends in {@code /}, as {@code /} itself does. */
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
