package dev.latchkey.text;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The detection of the encodings in which common programs write text: UTF-8, and UTF-16 as Windows writes it. A byte
 * order mark decides, and is not part of the text. Without a mark, UTF-16 is recognised by the first character, one of
 * whose bytes is zero.
 */
public final class TextEncoding {
    private static final int MARK_BYTES = 3;

    private TextEncoding() {}

    /**
     * Returns the text of {@code bytes}.
     *
     * @throws CharacterCodingException if the bytes are malformed in the detected encoding
     */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        Found found = Found.at(bytes, bytes.length);
        return found.charset
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, found.mark, bytes.length - found.mark))
                .toString();
    }

    /**
     * Returns the text of {@code bytes}. Malformed bytes become U+FFFD, and UTF-16 without a mark is not recognised: a
     * list must not become another one because of its first bytes.
     */
    static String lenient(byte[] bytes) {
        Found found = Found.byMark(bytes, bytes.length);
        return new String(bytes, found.mark, bytes.length - found.mark, found.charset);
    }

    /**
     * Returns a reader of the text of {@code in}, in which malformed bytes become U+FFFD. Reads the first bytes
     * before it returns.
     */
    public static Reader reader(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(MARK_BYTES);
        byte[] first = buffered.readNBytes(MARK_BYTES);
        Found found = Found.at(first, first.length);
        buffered.reset();
        buffered.skipNBytes(found.mark);
        return new InputStreamReader(buffered, found.charset);
    }

    /** @param mark the length of the byte order mark in bytes; 0 if there is none */
    private record Found(Charset charset, int mark) {
        static Found at(byte[] bytes, int length) {
            Found found = byMark(bytes, length);
            if (found.mark > 0 || length < 2 || (bytes[0] == 0) == (bytes[1] == 0)) {
                return found;
            }
            return new Found(bytes[0] == 0 ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE, 0);
        }

        static Found byMark(byte[] bytes, int length) {
            int a = length > 0 ? bytes[0] & 0xFF : -1;
            int b = length > 1 ? bytes[1] & 0xFF : -1;
            if (a == 0xEF && b == 0xBB && length > 2 && (bytes[2] & 0xFF) == 0xBF) {
                return new Found(StandardCharsets.UTF_8, MARK_BYTES);
            }
            if (a == 0xFE && b == 0xFF) {
                return new Found(StandardCharsets.UTF_16BE, 2);
            }
            if (a == 0xFF && b == 0xFE) {
                return new Found(StandardCharsets.UTF_16LE, 2);
            }
            return new Found(StandardCharsets.UTF_8, 0);
        }
    }
}
