package dev.latchkey.server.feed;

import dev.latchkey.redis.LoopbackServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A proxy on loopback that reads RESP3: it can keep pushes to itself, and say between two answers what Redis has not
 * said.
 */
public final class PushProxy extends LoopbackServer {
    private final int target;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private volatile boolean swallowing;

    public PushProxy(int target) throws IOException {
        this.target = target;
        start();
    }

    /** Whether pushes are kept back from now on. */
    public void swallow(boolean pushes) {
        swallowing = pushes;
    }

    /** Says {@code bytes} to all who are connected. */
    void say(String bytes) {
        for (Socket client : clients) {
            try {
                write(client, bytes.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    protected void serve(Socket client) throws IOException {
        Socket server = connect(target);
        thread(() -> {
            try (client;
                    server) {
                client.getInputStream().transferTo(server.getOutputStream());
            }
        });
        clients.add(client);
        try (client;
                server) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream()));
            while (true) {
                ByteArrayOutputStream frame = new ByteArrayOutputStream();
                char type = copy(in, frame);
                if (type != '>' || !swallowing) {
                    write(client, frame.toByteArray());
                }
            }
        } finally {
            clients.remove(client);
        }
    }

    private static void write(Socket client, byte[] bytes) throws IOException {
        synchronized (client) {
            client.getOutputStream().write(bytes);
        }
    }

    /** Copies one value, with all that is in it, and returns its type. */
    private static char copy(DataInputStream in, ByteArrayOutputStream frame) throws IOException {
        StringBuilder line = new StringBuilder();
        for (byte b = in.readByte(); b != '\n'; b = in.readByte()) {
            frame.write(b);
            line.append((char) b);
        }
        frame.write('\n');
        String text = line.toString();
        char type = text.charAt(0);
        switch (type) {
            case '$', '=', '!' -> frame.write(in.readNBytes(length(text) < 0 ? 0 : length(text) + 2));
            case '*', '~', '>' -> copy(in, frame, length(text));
            case '%' -> copy(in, frame, 2 * length(text));
            default -> {} // the line is all of it
        }
        return type;
    }

    private static void copy(DataInputStream in, ByteArrayOutputStream frame, int values) throws IOException {
        for (int i = 0; i < values; i++) {
            char unused = copy(in, frame);
        }
    }

    private static int length(String line) {
        return Integer.parseInt(line.substring(1).strip());
    }
}
