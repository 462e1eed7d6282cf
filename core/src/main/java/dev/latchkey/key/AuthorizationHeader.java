package dev.latchkey.key;

import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code Authorization} header (RFC 6750 section 2.1, stricter): the scheme {@code Bearer} in any case, one or more
 * spaces, one key, nothing else. A tab, a leading or trailing byte, or a comma (two header lines that Envoy has joined) is
 * refused.
 */
public final class AuthorizationHeader {
    private static final String SCHEME = "Bearer";

    private AuthorizationHeader() {}

    /** Returns what {@code value} holds; null means that no header was sent. */
    public static Credential parse(@Nullable String value, KeyFormat format) {
        if (value == null) {
            return Credential.Absent.NO_HEADER;
        }
        int key = SCHEME.length();
        if (!value.regionMatches(/* ignoreCase= */ true, 0, SCHEME, 0, SCHEME.length())) {
            return Credential.Malformed.NOT_A_KEY;
        }
        while (key < value.length() && value.charAt(key) == ' ') {
            key++;
        }
        if (key == SCHEME.length()) {
            return Credential.Malformed.NOT_A_KEY;
        }
        return format.parse(value.substring(key));
    }
}
