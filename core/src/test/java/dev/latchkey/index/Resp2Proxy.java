package dev.latchkey.index;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A proxy on loopback that knows RESP2 only: it answers {@code HELLO} as Redis 5 does, arguments quoted, and passes on the rest.
 */
public final class Resp2Proxy extends LoopbackServer {
    private final int target;

    public Resp2Proxy(int target) throws IOException {
        this.target = target;
        start();
    }

    @Override
    protected void serve(Socket client) throws IOException {
        Socket server = connect(target);
        thread(() -> commands(client, server));
        server.getInputStream().transferTo(client.getOutputStream());
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
}
