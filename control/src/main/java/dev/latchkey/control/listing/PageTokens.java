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
 * The codec for the page tokens of one list. A token holds the position at which the previous page ended, and a mark of
 * the list. A token of another list, even of the same workspace, is rejected. Tokens contain no secret and grant no
 * access. This class is immutable and thread-safe.
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

    /** Returns a name of the list: equal for equal queries and orders, and different otherwise. */
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

    /**
     * Returns the cursor that {@code token} encodes, or empty for an empty token. An invalid token adds a violation.
     */
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
            // Encoding the cursor again rejects tokens of other lists and tokens that are not in canonical form.
            return Optional.of(place).filter(same -> encode(same).equals(token));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
