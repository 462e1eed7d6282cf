package dev.latchkey.server.authz;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A text field at any depth of a message. The bytes around the text are always the same and are kept, so that writing
 * the field only copies bytes. The fields of a message can be in any order, and a repeated field occurs once for each
 * value (Protocol Buffers, "Encoding").
 *
 * <p>This class is immutable and thread-safe.
 */
final class TextField {
    // Up to this number a tag takes one byte, which WireWriter.framed relies on.
    private static final int MAX_NUMBER = 15;
    static final byte[] NOTHING = {};

    private final int number;
    private final byte[] before;
    private final @Nullable TextField inner;

    private TextField(int number, byte[] before, @Nullable TextField inner) {
        if (number < 1 || number > MAX_NUMBER) {
            throw new IllegalArgumentException("field: " + number + " (expected: 1 to " + MAX_NUMBER + ")");
        }
        this.number = number;
        this.before = before;
        this.inner = inner;
    }

    /** Returns the text field {@code number} of a message. */
    static TextField of(int number) {
        return new TextField(number, NOTHING, null);
    }

    /**
     * Returns this field within a message that is field {@code number} of an enclosing message.
     *
     * @param rest the other fields of the message that contains this field, serialised
     */
    TextField within(byte[] rest, int number) {
        return new TextField(number, rest, this);
    }

    /** Returns the size of the whole field for a text of {@code length} bytes. */
    int size(int length) {
        return WireWriter.framed(content(length));
    }

    void write(CodedOutputStream out, byte[] text) throws IOException {
        WireWriter.open(out, number, content(text.length));
        if (inner == null) {
            out.writeRawBytes(text);
        } else {
            out.writeRawBytes(before);
            inner.write(out, text);
        }
    }

    /** Returns the whole field with {@code text} as its content. */
    byte[] bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return WireWriter.bytes(size(utf8.length), out -> write(out, utf8));
    }

    /**
     * Returns the total size of the fields for these texts.
     *
     * @param fields at least as many as there are texts
     */
    static int size(TextField[] fields, byte[][] texts) {
        int size = 0;
        for (int i = 0; i < texts.length; i++) {
            size += fields[i].size(texts[i].length);
        }
        return size;
    }

    static void write(CodedOutputStream out, TextField[] fields, byte[][] texts) throws IOException {
        for (int i = 0; i < texts.length; i++) {
            fields[i].write(out, texts[i]);
        }
    }

    static byte[][] utf8(String... texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            bytes[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    private int content(int length) {
        return inner == null ? length : before.length + inner.size(length);
    }
}
