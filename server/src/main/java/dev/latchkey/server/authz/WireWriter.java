package dev.latchkey.server.authz;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A writer of messages whose size is known in advance, into an array of exactly that size. */
final class WireWriter {
    private WireWriter() {}

    /** A function that writes the content. */
    interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    /**
     * Returns the bytes that {@code writing} writes.
     *
     * @param size their exact number
     */
    static byte[] bytes(int size, Writing writing) {
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("into an array that is as long", e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    /** Returns the size of a length-delimited field with {@code content} bytes of content and a number up to 15. */
    static int framed(int content) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(content) + content;
    }

    /** Writes the tag and the length that precede the content of a field. */
    static void open(CodedOutputStream out, int number, int content) throws IOException {
        out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(content);
    }
}
