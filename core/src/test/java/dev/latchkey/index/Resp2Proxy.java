package dev.latchkey.index;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A proxy on loopback that knows RESP2 only: it answers {@code HELLO} as Redis 5 does, arguments quoted, and passes on the rest.
 */
public final class Resp2Proxy implements AutoCloseable {
    private final int target;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    public Resp2Proxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(() -> {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target());
                sockets.addAll(List.of(client, server));
                thread(() -> commands(client, server));
                thread(() -> server.getInputStream().transferTo(client.getOutputStream()));
            }
        });
    }

    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private int target() {
        return target;
    }

    private void commands(Socket client, Socket server) throws IOException {
        try (client;
                server) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = server.getOutputStream();
            while (true) {
                String[] words = new String[Integer.parseInt(line(in).substring(1))];
                StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
                for (int i = 0; i < words.length; i++) {
                    byte[] word = new byte[Integer.parseInt(line(in).substring(1))];
                    in.readFully(word);
                    line(in);
                    words[i] = new String(word, StandardCharsets.ISO_8859_1);
                    command.append('$')
                            .append(word.length)
                            .append("\r\n")
                            .append(words[i])
                            .append("\r\n");
                }
                if (words[0].equalsIgnoreCase("HELLO")) {
                    // Nothing else is under way yet.
                    client.getOutputStream().write(unknown(words).getBytes(StandardCharsets.ISO_8859_1));
                } else {
                    out.write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    private static String unknown(String[] words) {
        return "-ERR unknown command `HELLO`, with args beginning with: `"
                + String.join("`, `", List.of(words).subList(1, words.length)) + "`, \r\n";
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the client is gone");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void thread(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // One of the sides is gone: so is this.
                    }
                },
                "resp2-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
