package dev.latchkey.server.warmup;

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
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A minimal HTTP/2 client connection (RFC 9113) that sends checks as Envoy does: several at once, each on its own
 * stream. It only counts the answers. The JVM should spend the warm-up on compiling the server, and a richer client
 * would be compiled as well.
 *
 * <p>This class is not thread-safe.
 */
final class WarmUpConnection implements AutoCloseable {
    private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final int FIRST_WINDOW = 65_535;
    private static final int BUFFER = 1 << 15;

    /** Frame types and flags (RFC 9113, section 6). */
    private static final int DATA = 0;

    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /**
     * The {@code :method} and the {@code :scheme} of each check, by their indices in the static table
     * (RFC 7541, appendix A).
     */
    private static final byte POST = (byte) 0x83;

    private static final byte HTTP = (byte) 0x86;
    /**
     * The {@code :path} /envoy.service.auth.v3.Authorization/Check in the Huffman code (RFC 7541, appendix B). Envoy
     * sends it as a literal each time.
     */
    private static final byte[] PATH =
            HexFormat.of().parseHex("04" + "9f" + "60b5773fa5d05b3b98855c76a675fbb2bc36a673d86f63498f5317a7293aff");
    /** The headers that Envoy sends as literals at first, and then by their indices in the dynamic table. */
    private static final List<String> REMEMBERED = List.of(
            ":authority warm-up",
            "te trailers",
            "grpc-timeout 60000m",
            "content-type application/grpc",
            "x-envoy-internal true",
            "x-forwarded-for 127.0.0.1",
            "x-envoy-expected-rq-timeout-ms 200");

    private static final byte[] NAMED =
            block(REMEMBERED.stream().map(WarmUpConnection::named).toList());
    private static final byte[] NUMBERED = block(IntStream.range(0, REMEMBERED.size())
            .mapToObj(WarmUpConnection::numbered)
            .toList());

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private int stream = 1;

    /** @param silence the longest wait for the next bytes from the server */
    WarmUpConnection(int port, Duration silence) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
        out.write(PREFACE);
        begin(SETTINGS, 0, 0, 0);
        // Enlarge the receive window for all answers to come. In the other direction, 64 checks at a time fit
        // in the first window.
        begin(WINDOW_UPDATE, 0, 0, Integer.BYTES);
        out.writeInt(Integer.MAX_VALUE - FIRST_WINDOW);
    }

    /**
     * Sends {@code checks}, and blocks until all their streams have ended.
     *
     * @throws IOException if fewer messages were received in answer
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

    /** Reads a frame, ignores its payload, and acknowledges settings. */
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

    /** Returns a header block in Envoy's order, in which the scheme follows the authority. */
    private static byte[] block(List<byte[]> remembered) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(POST);
        block.writeBytes(PATH);
        block.writeBytes(remembered.get(0));
        block.write(HTTP);
        remembered.stream().skip(1).forEach(block::writeBytes);
        return block.toByteArray();
    }

    /** Returns a literal with incremental indexing: the server adds the header to its dynamic table. */
    private static byte[] named(String header) {
        ByteArrayOutputStream literal = new ByteArrayOutputStream();
        literal.write(0x40);
        for (String text : header.split(" ", 2)) {
            literal.write(text.length());
            literal.writeBytes(ascii(text));
        }
        return literal.toByteArray();
    }

    /** Returns an index in the dynamic table, where indices start at 62 with the newest entry. */
    private static byte[] numbered(int index) {
        return new byte[] {(byte) (0x80 | 61 + REMEMBERED.size() - index)};
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
