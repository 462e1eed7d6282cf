package dev.latchkey.e2e;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One HTTP/2 connection whose client sends whatever it is told to: fields in any order, number and spelling, each
 * character of them one byte, written as literals that are never indexed (RFC 7541 section 6.2.3). It has one stream
 * open at a time.
 */
public final class RawHttp2 implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int MAX_FRAME = 16_384;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITY = 0x20;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(/* validateHeaders= */ false);
    private int stream = -1;
    private boolean connecting;

    /** One field: {@code field(":path", "/v1/cases")}. */
    public static String[] field(String name, String value) {
        return new String[] {name, value};
    }

    /** Sends one request on a connection of its own; see {@link #response} for what comes back. */
    public static RawHttp.Response send(int port, List<String[]> fields, String body) {
        try (RawHttp2 connection = new RawHttp2(port)) {
            connection.request(fields, body, /* end= */ !isConnect(fields));
            return connection.response();
        }
    }

    public RawHttp2(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = new DataOutputStream(socket.getOutputStream());
            out.write(bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
            frame(SETTINGS, 0, 0, new byte[0]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Opens the next stream. {@code end} tells whether this is all that it sends. */
    public void request(List<String[]> fields, String body, boolean end) {
        stream += 2;
        connecting = isConnect(fields);
        byte[] block = block(fields);
        boolean bare = body.isEmpty();
        int first = Math.min(block.length, MAX_FRAME);
        try {
            int flags = (bare && end ? END_STREAM : 0) | (first == block.length ? END_HEADERS : 0);
            frame(HEADERS, flags, stream, slice(block, 0, first));
            for (int at = first; at < block.length; at += MAX_FRAME) {
                int next = Math.min(block.length, at + MAX_FRAME);
                frame(CONTINUATION, next == block.length ? END_HEADERS : 0, stream, slice(block, at, next));
            }
            if (!bare) {
                data(body, end);
            }
        } catch (SocketException e) {
            // Refused before all was sent: what is there to read says how.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends bytes on the open stream. */
    public void data(String text, boolean end) throws IOException {
        frame(DATA, end ? END_STREAM : 0, stream, bytes(text));
    }

    /**
     * Returns the answer to the open stream; of a tunnel (2xx to CONNECT, whose stream stays open) its fields. The
     * status is 0 if Envoy reset the stream or closed the connection without one.
     */
    public RawHttp.Response response() {
        int status = 0;
        List<String[]> headers = new ArrayList<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            Frame frame = next();
            if (frame == null || frame.type == RST_STREAM) {
                return new RawHttp.Response(status, headers, text(body));
            }
            if (frame.type == DATA) {
                body.writeBytes(ByteBufUtil.getBytes(frame.payload));
            } else {
                for (String[] field : decode(frame)) {
                    if (field[0].equals(":status")) {
                        status = Integer.parseInt(field[1]);
                    } else {
                        headers.add(field);
                    }
                }
            }
            boolean tunnel = connecting && status >= 200 && status < 300;
            if (tunnel || (frame.flags & END_STREAM) != 0) {
                return new RawHttp.Response(status, headers, text(body));
            }
        }
    }

    /** Returns the next {@code count} bytes of the open stream. */
    public String read(int count) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < count) {
            Frame frame = next();
            if (frame == null || frame.type != DATA) {
                throw new AssertionError("the stream ended after: " + text(body));
            }
            body.writeBytes(ByteBufUtil.getBytes(frame.payload));
        }
        return text(body);
    }

    /** Waits for the end of the open stream. */
    void awaitEnd() {
        Frame frame = next();
        while (frame != null && frame.type == DATA && (frame.flags & END_STREAM) == 0) {
            frame = next();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private record Frame(int type, int flags, ByteBuf payload) {}

    /**
     * Returns the next frame of the open stream, a header block whole; null when the connection ends. Answers the
     * others.
     */
    private Frame next() {
        try {
            while (true) {
                int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int id = in.readInt();
                byte[] payload = in.readNBytes(length);
                switch (type) {
                    case SETTINGS, PING -> {
                        if ((flags & ACK) == 0) {
                            frame(type, ACK, 0, type == PING ? payload : new byte[0]);
                        }
                    }
                    case GOAWAY -> {
                        return null;
                    }
                    case DATA, HEADERS, RST_STREAM -> {
                        if (id == stream) {
                            return new Frame(type, flags, Unpooled.wrappedBuffer(payload));
                        }
                    }
                    default -> {
                        // WINDOW_UPDATE and the like: what is sent here is small.
                    }
                }
            }
        } catch (EOFException | SocketException e) {
            return null;
        } catch (IOException e) {
            throw new AssertionError("no answer", e);
        }
    }

    private List<String[]> decode(Frame frame) {
        if ((frame.flags & END_HEADERS) == 0 || (frame.flags & (PADDED | PRIORITY)) != 0) {
            throw new AssertionError("not expected of Envoy: HEADERS with flags " + frame.flags);
        }
        List<String[]> fields = new ArrayList<>();
        try {
            decoder.decodeHeaders(stream, frame.payload)
                    .forEach(field -> fields.add(
                            field(field.getKey().toString(), field.getValue().toString())));
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return fields;
    }

    private void frame(int type, int flags, int id, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        DataOutputStream writer = new DataOutputStream(frame);
        writer.writeByte(payload.length >> 16);
        writer.writeShort(payload.length);
        writer.writeByte(type);
        writer.writeByte(flags);
        writer.writeInt(id);
        writer.write(payload);
        out.write(frame.toByteArray());
    }

    private static byte[] block(List<String[]> fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (String[] field : fields) {
            block.write(0x10);
            string(block, field[0]);
            string(block, field[1]);
        }
        return block.toByteArray();
    }

    /** RFC 7541 section 5.2, without Huffman coding. */
    private static void string(ByteArrayOutputStream block, String text) {
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
        block.writeBytes(bytes(text));
    }

    private static boolean isConnect(List<String[]> fields) {
        return fields.stream().anyMatch(f -> f[0].equals(":method") && f[1].equals("CONNECT"));
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
