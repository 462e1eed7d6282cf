package dev.latchkey.redis;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A proxy on loopback that reads commands and answers some of them itself, as something that is not quite Redis does.
 * It may do so only where no other answer is under way.
 */
public final class RefusingProxy extends LoopbackServer {
    private final int target;
    private final Function<List<String>, Optional<String>> refusals;

    /** @param refusals the error that answers a command, without the dash before it; empty for a command that passes */
    public RefusingProxy(int target, Function<List<String>, Optional<String>> refusals) throws IOException {
        this.target = target;
        this.refusals = refusals;
        start();
    }

    /** Returns one that knows RESP2 only: it answers {@code HELLO} as Redis 5 does, arguments quoted. */
    public static RefusingProxy resp2Only(int target) throws IOException {
        return new RefusingProxy(
                target,
                command -> command.get(0).equalsIgnoreCase("HELLO")
                        ? Optional.of("ERR unknown command `HELLO`, with args beginning with: `"
                                + String.join("`, `", command.subList(1, command.size())) + "`, ")
                        : Optional.empty());
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
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
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
                Optional<String> refusal = refusals.apply(List.of(words));
                OutputStream to = refusal.isPresent() ? client.getOutputStream() : out;
                String text = refusal.map(error -> "-" + error + "\r\n").orElseGet(command::toString);
                to.write(text.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
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
