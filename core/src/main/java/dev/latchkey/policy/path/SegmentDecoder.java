package dev.latchkey.policy.path;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A decoder for one path segment. It decodes once and rejects everything that {@link CanonicalPath} rejects. */
final class SegmentDecoder {
    private static final int ESCAPE_LENGTH = 3;
    private static final int BAD_ESCAPE = -1;

    private SegmentDecoder() {}

    /**
     * Returns the decoded segment {@code [from, to)} of {@code text}, or null if the segment is empty or not canonical.
     */
    static @Nullable String decode(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                return canonical(unescape(text, from, to));
            }
            if (!isPlain(c)) {
                return null;
            }
        }
        return canonical(text.substring(from, to));
    }

    private static @Nullable String canonical(@Nullable String segment) {
        boolean refused = segment == null || segment.isEmpty() || segment.equals(".") || segment.equals("..");
        return refused ? null : segment;
    }

    private static @Nullable String unescape(String text, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate(to - from);
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            int octet = c == '%' ? escaped(text, i, to) : c;
            if (octet == BAD_ESCAPE || (c != '%' && !isPlain(c))) {
                return null;
            }
            bytes.put((byte) octet);
            i += c == '%' ? ESCAPE_LENGTH : 1;
        }
        return utf8(bytes.flip());
    }

    /**
     * Returns the octet that the escape at {@code at} represents, or {@link #BAD_ESCAPE} if the escape
     * is malformed or rejected.
     */
    private static int escaped(String text, int at, int to) {
        if (at + ESCAPE_LENGTH > to) {
            return BAD_ESCAPE;
        }
        int high = hex(text.charAt(at + 1));
        int low = hex(text.charAt(at + 2));
        if (high < 0 || low < 0) {
            return BAD_ESCAPE;
        }
        int octet = high << 4 | low;
        return octet >= 0x80 || isEscapable((char) octet) ? octet : BAD_ESCAPE;
    }

    /**
     * Returns the decoded text, or null unless {@code bytes} are UTF-8 in its shortest form, without
     * surrogates (RFC 3629).
     */
    private static @Nullable String utf8(ByteBuffer bytes) {
        CharBuffer chars = CharBuffer.allocate(bytes.remaining());
        boolean valid = StandardCharsets.UTF_8
                .newDecoder()
                .decode(bytes, chars, /* endOfInput= */ true)
                .isUnderflow();
        return valid ? chars.flip().toString() : null;
    }

    /** Returns whether {@code c} can appear unescaped in a segment: visible ASCII except {@code %} and delimiters. */
    private static boolean isPlain(char c) {
        return c > 0x20 && c < 0x7f && c != '%' && !isDelimiter(c);
    }

    /** Returns whether the ASCII character {@code c} can be written as an escape. */
    private static boolean isEscapable(char c) {
        return c >= 0x20 && c < 0x7f && c != '%' && !isDelimiter(c) && !isUnreserved(c);
    }

    private static boolean isDelimiter(char c) {
        return c == '/' || c == '\\' || c == '?' || c == '#' || c == ';';
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    /**
     * Returns the value of a hex digit, or -1. {@link Character#digit(char, int)} would also accept
     * digits of other scripts.
     */
    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }
}
