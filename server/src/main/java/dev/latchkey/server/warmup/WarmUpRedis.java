package dev.latchkey.server.warmup;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for Redis, used to warm up the Redis client. It holds a few hashes, and answers one connection on a
 * loopback port in RESP3. It supports the commands that the client sends, and answers any other command with an error.
 */
final class WarmUpRedis implements Closeable {
    /** The largest count or length accepted, since any process on this machine can connect. */
    private static final int LONGEST = 1000;

    private static final byte[] HELLO =
            utf8("%4\r\n+server\r\n+redis\r\n+version\r\n+7.0.0\r\n+proto\r\n:3\r\n+id\r\n:1\r\n");
    private static final byte[] PONG = utf8("+PONG\r\n");
    private static final byte[] OK = utf8("+OK\r\n");
    private static final byte[] NONE = utf8("%0\r\n");
    private static final byte[] UNKNOWN = utf8("-ERR unknown command\r\n");

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Map<String, byte[]> hashes;
    private volatile @Nullable Socket accepted;

    /** @param hashes by their names; field names and values must be ASCII, as those of a record are */
    WarmUpRedis(Map<String, Map<String, String>> hashes) throws IOException {
        this.hashes = hashes.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, hash -> encode(hash.getValue())));
        Thread thread = new Thread(this::serve, "latchkey-warm-up-redis");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Socket socket = accepted;
        if (socket != null) {
            socket.close();
        }
    }

    private void serve() {
        try (Socket socket = listener.accept()) {
            accepted = socket;
            serve(socket);
        } catch (IOException over) {
            // The warm-up is over, or notices the loss of the connection itself.
        }
    }

    private void serve(Socket socket) throws IOException {
        try (InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream())) {
            while (!listener.isClosed()) {
                out.write(answer(in));
                if (in.available() == 0) {
                    out.flush();
                }
            }
        }
    }

    private byte[] answer(InputStream in) throws IOException {
        int arguments = number(in, '*');
        String command = argument(in);
        String first = arguments > 1 ? argument(in) : "";
        for (int i = 2; i < arguments; i++) {
            argument(in);
        }
        return switch (command) {
            case "HGETALL" -> hashes.getOrDefault(first, NONE);
            case "HELLO" -> HELLO;
            case "PING" -> PONG;
            case "CLIENT" -> OK;
            default -> UNKNOWN;
        };
    }

    private static String argument(InputStream in) throws IOException {
        byte[] text = in.readNBytes(number(in, '$'));
        in.skipNBytes(2);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static int number(InputStream in, char type) throws IOException {
        if (in.read() != type) {
            throw new EOFException("no " + type);
        }
        int number = 0;
        for (int digit = in.read(); digit != '\r'; digit = in.read()) {
            number = 10 * number + digit - '0';
            if (digit < '0' || digit > '9' || number > LONGEST) {
                throw new EOFException("no number, or none of a link's");
            }
        }
        in.skipNBytes(1);
        return number;
    }

    private static byte[] encode(Map<String, String> hash) {
        StringBuilder reply = new StringBuilder("%" + hash.size() + "\r\n");
        hash.forEach((name, value) -> {
            bulk(reply, name);
            bulk(reply, value);
        });
        return utf8(reply.toString());
    }

    private static void bulk(StringBuilder reply, String text) {
        reply.append('$').append(text.length()).append("\r\n").append(text).append("\r\n");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
