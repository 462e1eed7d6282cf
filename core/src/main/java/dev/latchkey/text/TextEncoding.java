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
 * The encodings in which people's programs write text: UTF-8, and UTF-16 as Windows writes it. A byte order mark says which, and is
 * no part of the text; without one, text in UTF-16 is known by its first character, of which one byte is zero.
 */
public final class TextEncoding {
    private static final int MARK_BYTES = 3;

    private TextEncoding() {}

    /** @throws CharacterCodingException if the bytes are no text in any of these encodings */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        Found found = Found.at(bytes, bytes.length);
        return found.charset
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, found.mark, bytes.length - found.mark))
                .toString();
    }

    /** Returns the text of {@code in}; what is no text in its encoding becomes U+FFFD. Reads the first bytes at once. */
    public static Reader reader(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(MARK_BYTES);
        byte[] first = buffered.readNBytes(MARK_BYTES);
        Found found = Found.at(first, first.length);
        buffered.reset();
        buffered.skipNBytes(found.mark);
        return new InputStreamReader(buffered, found.charset);
    }

    /** @param mark how many bytes the byte order mark has */
    private record Found(Charset charset, int mark) {
        static Found at(byte[] bytes, int length) {
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
            if (a == 0 && b > 0) {
                return new Found(StandardCharsets.UTF_16BE, 0);
            }
            return a > 0 && b == 0 ? new Found(StandardCharsets.UTF_16LE, 0) : new Found(StandardCharsets.UTF_8, 0);
        }
    }
}
