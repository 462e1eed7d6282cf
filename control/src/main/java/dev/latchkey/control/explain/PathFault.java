package dev.latchkey.control.explain;

import dev.latchkey.control.rules.MessageText;
import dev.latchkey.policy.path.CanonicalPath;

/**
 * An explanation of why a path is not in canonical form, found by testing parts of the path with {@link CanonicalPath}.
 */
final class PathFault {
    private PathFault() {}

    /** @param target a path with its query; the path is not canonical */
    static String of(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (!path.startsWith("/")) {
            return MessageText.quoted(path) + " (expected: a path that starts with /)";
        }
        if (path.length() > CanonicalPath.MAX_LENGTH) {
            return path.length() + " characters (expected: at most " + CanonicalPath.MAX_LENGTH + ")";
        }
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            if (segments[i].isEmpty() && !last) {
                return "an empty segment, // (expected: one / between segments)";
            }
            if (CanonicalPath.parse("/" + segments[i]) == null) {
                return "the segment " + MessageText.quoted(segments[i]) + " (expected: " + expected(segments[i]) + ")";
            }
        }
        return MessageText.quoted(path) + " (expected: its one plain form)";
    }

    private static String expected(String segment) {
        if (segment.equals(".") || segment.equals("..")) {
            return "no dot segments";
        }
        if (segment.indexOf('%') < 0) {
            return "no \\ # ; space, control character or anything that is not ASCII";
        }
        return "no escapes but those that are needed, of UTF-8, and none of / \\ % # ? ; or control characters";
    }
}
