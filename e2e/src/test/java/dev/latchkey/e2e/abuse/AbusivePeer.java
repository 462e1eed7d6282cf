package dev.latchkey.e2e.abuse;

import dev.latchkey.e2e.Checks;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** An HTTP/2 connection to a sidecar that sends whatever frames it is told to, and reads only if told to. */
final class AbusivePeer implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    /** A whole frame of field lines. */
    static final byte[] FILLER = filler();

    static final byte[] MESSAGE = message(Checks.withKey("opt_live_short"));
    static final byte[] ZIPPED = zeros(64 << 20);

    private static final int MAX_FRAME = 1 << 14;
    private static final int BATCH = 1 << 14;
    private static final int SEND_MILLIS = 5000;
    private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private int stream = -1;

    AbusivePeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(SEND_MILLIS);
        in = socket.getInputStream();
        pending.writeBytes(PREFACE);
        frame(SETTINGS, 0, 0);
        flush();
    }

    /** Returns the next number of a stream. */
    int next() {
        return stream += 2;
    }

    /** Returns the number of the last stream. */
    int last() {
        return stream;
    }

    /** Tells whether there was no stream yet. */
    boolean fresh() {
        return stream < 0;
    }

    /** Sends soon, with others. */
    AbusivePeer frame(int type, int flags, int id, int... payload) throws IOException {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return frame(type, flags, id, bytes);
    }

    AbusivePeer frame(int type, int flags, int id, byte[] payload) throws IOException {
        DataOutputStream out = new DataOutputStream(pending);
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(id);
        out.write(payload);
        if (pending.size() > BATCH) {
            flush();
        }
        return this;
    }

    void flush() throws IOException {
        socket.getOutputStream().write(pending.toByteArray());
        pending.reset();
    }

    /** Reads what is there; does not wait. */
    void drain() throws IOException {
        while (in.available() > 0) {
            if (in.skip(in.available()) == 0) {
                return;
            }
        }
    }

    /** Tells whether the sidecar has closed the connection; reads what is there. */
    boolean closed() {
        try {
            socket.setSoTimeout(1);
            return in.read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The header block of a check, with more fields; every pair is name and value. */
    static byte[] check(String... more) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        String[] fields = {
            ":method", "POST",
            ":scheme", "http",
            ":path", "/envoy.service.auth.v3.Authorization/Check",
            ":authority", "abuse",
            "te", "trailers",
            "content-type", "application/grpc"
        };
        for (String[] all : new String[][] {fields, more}) {
            for (int i = 0; i < all.length; i += 2) {
                field(block, all[i], all[i + 1]);
            }
        }
        return block.toByteArray();
    }

    /** A literal that is never indexed (RFC 7541 section 6.2.3). */
    static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0x10);
        for (String text : new String[] {name, value}) {
            int length = text.length();
            if (length < 0x7f) {
                block.write(length);
            } else {
                block.write(0x7f);
                for (length -= 0x7f; length >= 0x80; length >>= 7) {
                    block.write((length & 0x7f) | 0x80);
                }
                block.write(length);
            }
            block.writeBytes(ascii(text));
        }
    }

    /** A message of gRPC: flag, length, bytes. */
    static byte[] message(CheckRequest request) {
        byte[] bytes = request.toByteArray();
        return message(/* compressed= */ false, bytes.length, bytes);
    }

    static byte[] message(boolean compressed, int length, byte[] bytes) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(compressed ? 1 : 0);
        for (int shift = 24; shift >= 0; shift -= 8) {
            message.write(length >> shift);
        }
        message.writeBytes(bytes);
        return message.toByteArray();
    }

    /** A check with 1000 fields of binary metadata of 3 KB, of one byte each if the table has it. */
    static byte[] bomb(boolean first) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(check());
        if (first) {
            String value = "QUJD".repeat(750);
            block.write(0x40);
            block.write(5);
            block.writeBytes(ascii("x-bin"));
            block.write(0x7f);
            for (int length = value.length() - 0x7f; ; length >>= 7) {
                if (length < 0x80) {
                    block.write(length);
                    break;
                }
                block.write((length & 0x7f) | 0x80);
            }
            block.writeBytes(ascii(value));
        }
        for (int i = 0; i < 1000; i++) {
            block.write(0x80 | 62);
        }
        return block.toByteArray();
    }

    private static byte[] filler() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        while (block.size() < MAX_FRAME - 64) {
            field(block, "x-filler", "a".repeat(40));
        }
        return block.toByteArray();
    }

    private static byte[] zeros(int count) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            byte[] block = new byte[1 << 16];
            for (int left = count; left > 0; left -= block.length) {
                zip.write(block);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return zipped.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
