package dev.latchkey.redis;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A server on loopback that takes every login in RESP3, and answers each other command with the bytes that a test
 * gives.
 */
public final class EvilRedis extends LoopbackServer {
    private static final String HELLO =
            "%4\r\n+server\r\n+redis\r\n+version\r\n+7.0.0\r\n+proto\r\n:3\r\n+id\r\n:1\r\n";

    private final Function<List<String>, String> replies;

    /** @param replies the whole reply to a command, with its type and its ends of lines */
    public EvilRedis(Function<List<String>, String> replies) throws IOException {
        this.replies = replies;
        start();
    }

    @Override
    protected void serve(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
        while (true) {
            String[] words = new String[Integer.parseInt(line(in).substring(1))];
            for (int i = 0; i < words.length; i++) {
                byte[] word = new byte[Integer.parseInt(line(in).substring(1))];
                in.readFully(word);
                line(in);
                words[i] = new String(word, StandardCharsets.UTF_8);
            }
            client.getOutputStream().write(reply(words).getBytes(StandardCharsets.UTF_8));
        }
    }

    private String reply(String... words) {
        return switch (words[0].toUpperCase(Locale.ROOT)) {
            case "HELLO" -> HELLO;
            case "PING" -> "+PONG\r\n";
            case "CLIENT" -> words[1].equalsIgnoreCase("SETINFO") ? "+OK\r\n" : replies.apply(List.of(words));
            default -> replies.apply(List.of(words));
        };
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
