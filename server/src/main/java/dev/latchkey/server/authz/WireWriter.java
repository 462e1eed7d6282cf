package dev.latchkey.server.authz;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What is written has a size that is known beforehand, and goes into one array that is as long. */
final class WireWriter {
    private WireWriter() {}

    /** Writes something. */
    interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    /** @param size of what {@code writing} writes */
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

    /** Returns the size of a field with so many bytes of content, if its number is 15 at most. */
    static int framed(int content) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(content) + content;
    }

    /** Writes what stands before the content of a field. */
    static void open(CodedOutputStream out, int number, int content) throws IOException {
        out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(content);
    }
}
