package dev.latchkey.control.audit;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The page tokens of one workspace's audit trail. A token is valid only for the workspace that it was made for. */
final class AuditPosition {
    private static final Pattern ID = Pattern.compile("[0-9]{1,18}-[0-9]{1,18}");
    private static final Pattern FIRST = Pattern.compile("0+-0+");
    private static final char SEPARATOR = ' ';

    private AuditPosition() {}

    /** Returns the token of the page that starts before the entry {@code id}. */
    static String encode(String workspace, String id) {
        String text = workspace + SEPARATOR + id;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the id in {@code token}, empty for an empty token, or null if the token does not fit {@code workspace}.
     */
    static @Nullable String decode(String workspace, String token) {
        if (token.isEmpty()) {
            return "";
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            String id = text.substring(text.indexOf(SEPARATOR) + 1);
            return ID.matcher(id).matches() && encode(workspace, id).equals(token) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns whether no entry can precede {@code id}. Redis rejects a search before such an id. */
    static boolean isFirst(String id) {
        return FIRST.matcher(id).matches();
    }

    /**
     * Returns the earlier of {@code id} (empty for none) and the first id that is possible at {@code end}.
     *
     * @param end epoch milliseconds
     */
    static String earlier(String id, long end) {
        if (end == Long.MAX_VALUE || (!id.isEmpty() && Long.parseLong(id.substring(0, id.indexOf('-'))) < end)) {
            return id;
        }
        return end + "-0";
    }
}
