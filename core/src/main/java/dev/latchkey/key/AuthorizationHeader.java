package dev.latchkey.key;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A parser for the {@code Authorization} header. It is stricter than RFC 6750 section 2.1: the header must consist of
 * the scheme {@code Bearer} in any letter case, one or more spaces and exactly one key. A tab, an additional byte
 * before or after, or a comma (from two header lines that Envoy has joined) makes the header malformed.
 */
public final class AuthorizationHeader {
    private static final byte[] SCHEME = "bearer".getBytes(StandardCharsets.US_ASCII);
    /** The bit that distinguishes an ASCII lower-case letter from its upper-case form. */
    private static final int LOWER_CASE = 0x20;

    private AuthorizationHeader() {}

    /** Parses a header value. Null means that no header was sent. */
    public static Credential parse(@Nullable String value, KeyFormat format) {
        if (value == null) {
            return Credential.Absent.NO_HEADER;
        }
        // Characters outside Latin-1 become question marks, which no credential contains.
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        return parse(bytes, 0, bytes.length, format);
    }

    /** Parses the header value in the bytes {@code [from, to)} of {@code message}. */
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
