package dev.latchkey.server.authz;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A part of a message that is not copied until it is needed. */
final class Bytes {
    static final Bytes NONE = new Bytes(new byte[0], 0, 0);

    private final byte[] message;
    private final int start;
    private final int length;

    Bytes(byte[] message, int start, int length) {
        this.message = message;
        this.start = start;
        this.length = length;
    }

    static Bytes ascii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new Bytes(bytes, 0, bytes.length);
    }

    int length() {
        return length;
    }

    boolean is(Bytes other) {
        return length == other.length
                && Arrays.equals(
                        message, start, start + length, other.message, other.start, other.start + other.length);
    }

    boolean isUtf8Of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return is(new Bytes(bytes, 0, bytes.length));
    }

    /** Returns each byte as one character. */
    String latin1() {
        return new String(message, start, length, StandardCharsets.ISO_8859_1);
    }

    /** @throws InvalidProtocolBufferException if it is not UTF-8, as which every text in a message is to be read */
    String utf8() throws InvalidProtocolBufferException {
        String text = new String(message, start, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            throw new InvalidProtocolBufferException("text that is not UTF-8");
        }
        return text;
    }
}
