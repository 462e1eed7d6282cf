package dev.latchkey.control.rules;

import dev.latchkey.key.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A validated page request.
 *
 * @param size the maximum number of items, 1 or more
 * @param after the id of the last item before the page; empty for the first page
 */
public record PageStart(int size, String after) {

    /** Returns the token of the page that starts after {@code id}. */
    public static String encode(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the id in {@code token}; empty for an empty token, or null if the token is invalid. */
    public static @Nullable String decode(String token) {
        if (token.isEmpty()) {
            return "";
        }
        try {
            String id = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
            return Ids.isId(id) && encode(id).equals(token) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
