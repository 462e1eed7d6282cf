package dev.latchkey.server;

import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * One HTTP/2 connection (RFC 9113) that asks as Envoy does: some checks at once, on streams of their own. It looks only for
 * whether each has an answer: what is compiled meanwhile should be the server, and a client that does more is compiled beside it.
 *
 * <p>Not thread-safe.
 */
final class WarmUpConnection implements AutoCloseable {
    private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final int FIRST_WINDOW = 65_535;
    private static final int BUFFER = 1 << 15;

    /** Frame types (section 6), and their flags. */
    private static final int DATA = 0;

    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** What comes with each check, as Envoy sends it: by name at first, then by the number that it got (RFC 7541, section 6). */
    private static final List<String> METADATA = List.of(
            ":method POST",
            ":scheme http",
            ":path /" + AuthorizationGrpc.SERVICE_NAME + "/Check",
            ":authority warm-up",
            "te trailers",
            "content-type application/grpc",
            "grpc-timeout 60S",
            "x-envoy-internal true",
            "x-forwarded-for 127.0.0.1",
            "x-envoy-expected-rq-timeout-ms 200");

    private static final byte[] NAMED = named();
    private static final byte[] NUMBERED = numbered();

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private int stream = 1;

    /** @param silence how long to wait for something to come, at most */
    WarmUpConnection(int port, Duration silence) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
        out.write(PREFACE);
        begin(SETTINGS, 0, 0, 0);
        // For all answers there will be. The other way, a few checks at a time are less than the first window.
        begin(WINDOW_UPDATE, 0, 0, Integer.BYTES);
        out.writeInt(Integer.MAX_VALUE - FIRST_WINDOW);
    }

    /**
     * Blocks until each of {@code checks} is over.
     *
     * @throws IOException if there were fewer messages in answer
     */
    void ask(List<byte[]> checks) throws IOException {
        for (byte[] check : checks) {
            send(check);
        }
        out.flush();
        int answers = 0;
        for (int open = checks.size(); open > 0; ) {
            Frame frame = skip();
            answers += frame.type == DATA ? 1 : 0;
            open -= frame.endsStream() ? 1 : 0;
        }
        if (answers < checks.size()) {
            throw new IOException((checks.size() - answers) + " of " + checks.size() + " checks were not answered");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void send(byte[] check) throws IOException {
        byte[] metadata = stream == 1 ? NAMED : NUMBERED;
        begin(HEADERS, END_HEADERS, stream, metadata.length);
        out.write(metadata);
        begin(DATA, END_STREAM, stream, 1 + Integer.BYTES + check.length);
        out.writeByte(0); // not compressed
        out.writeInt(check.length);
        out.write(check);
        stream += 2;
    }

    private Frame skip() throws IOException {
        int length = in.readUnsignedByte() << Short.SIZE | in.readUnsignedShort();
        Frame frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte());
        in.skipNBytes(Integer.BYTES + (long) length);
        if (frame.type == RST_STREAM || frame.type == GOAWAY) {
            throw new IOException("the server has closed a stream, or all (frame type " + frame.type + ")");
        }
        if (frame.type == SETTINGS && (frame.flags & ACK) == 0) {
            begin(SETTINGS, ACK, 0, 0);
        }
        return frame;
    }

    private void begin(int type, int flags, int id, int length) throws IOException {
        out.writeByte(length >> Short.SIZE);
        out.writeShort(length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(id);
    }

    private static byte[] named() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (String header : METADATA) {
            block.write(0x40); // a literal, to be remembered
            for (String text : header.split(" ", 2)) {
                block.write(text.length());
                block.writeBytes(ascii(text));
            }
        }
        return block.toByteArray();
    }

    /** The numbers start at 62, with what came last. */
    private static byte[] numbered() {
        byte[] block = new byte[METADATA.size()];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) (0x80 | 61 + block.length - i);
        }
        return block;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private record Frame(int type, int flags) {
        boolean endsStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
    }
}
