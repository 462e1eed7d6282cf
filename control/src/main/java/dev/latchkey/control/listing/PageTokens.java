package dev.latchkey.control.listing;

import dev.latchkey.control.rules.Fingerprint;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.key.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The tokens of one list's pages: where the page before ended, and which list it was. That of another list, also of the same
 * workspace, is no token here. They hold no secret, and nothing is allowed by having one. Immutable and thread-safe.
 */
final class PageTokens {
    private static final int MARK_BYTES = 16;

    private final byte[] mark;
    private final String list;

    PageTokens(KeyQuery query, KeyOrder order) {
        this.list = Fingerprint.of(
                query.workspace(),
                Boolean.toString(query.all()),
                query.state(),
                query.name(),
                query.expiringIn().toString(),
                order.toString());
        this.mark = Arrays.copyOf(list.getBytes(StandardCharsets.US_ASCII), MARK_BYTES);
    }

    /** Returns a name of the list: equal for equal queries and orders, and for no others. */
    String list() {
        return list;
    }

    /** Returns the token of the page that starts after {@code place}. */
    String encode(PageCursor place) {
        byte[] text = (place.id() + " " + place.value()).getBytes(StandardCharsets.UTF_8);
        byte[] token = Arrays.copyOf(mark, MARK_BYTES + text.length);
        System.arraycopy(text, 0, token, MARK_BYTES, text.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Returns the place that {@code token} was made of, or none for an empty one; notes a wrong one. */
    Optional<PageCursor> decode(String token, Violations violations) {
        Optional<PageCursor> place = token.isEmpty() ? Optional.empty() : place(token);
        if (place.isEmpty() && !token.isEmpty()) {
            violations.add(
                    "page_token",
                    MessageText.quoted(token),
                    "next_page_token of the page before, with the same workspace, filters and order; or empty for"
                            + " the first page");
        }
        return place;
    }

    private Optional<PageCursor> place(String token) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            String text = bytes.length < MARK_BYTES
                    ? ""
                    : new String(bytes, MARK_BYTES, bytes.length - MARK_BYTES, StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            if (space < 0 || !Ids.isId(text.substring(0, space))) {
                return Optional.empty();
            }
            PageCursor place = new PageCursor(text.substring(space + 1), text.substring(0, space));
            // Also another list's is found out by this.
            return Optional.of(place).filter(same -> encode(same).equals(token));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
