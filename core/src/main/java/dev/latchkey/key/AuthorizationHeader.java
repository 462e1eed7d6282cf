package dev.latchkey.key;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code Authorization} header (RFC 6750 section 2.1, stricter): the scheme {@code Bearer} in any case, one or more
 * spaces, one key, nothing else. A tab, a leading or trailing byte, or a comma (two header lines that Envoy has joined) is
 * refused.
 */
public final class AuthorizationHeader {
    private static final byte[] SCHEME = "bearer".getBytes(StandardCharsets.US_ASCII);
    /** What the lower-case letter has and the upper-case one has not. */
    private static final int LOWER_CASE = 0x20;

    private AuthorizationHeader() {}

    /** Returns what {@code value} holds; null means that no header was sent. */
    public static Credential parse(@Nullable String value, KeyFormat format) {
        if (value == null) {
            return Credential.Absent.NO_HEADER;
        }
        // What is no Latin-1 becomes a question mark, which is in no credential.
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        return parse(bytes, 0, bytes.length, format);
    }

    /** Returns what the bytes {@code [from, to)} of {@code message} hold. */
    public static Credential parse(byte[] message, int from, int to, KeyFormat format) {
        if (!startsWithScheme(message, from, to)) {
            return Credential.Malformed.NOT_A_KEY;
        }
        int key = from + SCHEME.length;
        while (key < to && message[key] == ' ') {
            key++;
        }
        if (key == from + SCHEME.length) {
            return Credential.Malformed.NOT_A_KEY;
        }
        return format.parse(message, key, to);
    }

    private static boolean startsWithScheme(byte[] message, int from, int to) {
        if (to - from < SCHEME.length) {
            return false;
        }
        for (int i = 0; i < SCHEME.length; i++) {
            if ((message[from + i] | LOWER_CASE) != SCHEME[i]) {
                return false;
            }
        }
        return true;
    }
}
