package dev.latchkey.e2e;

import dev.latchkey.redis.LoopbackServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP/1.1 upstream that keeps the bytes of each request's head as they came, which a real server parses and tidies
 * up. It answers 200; to an upgrade 101, and then sends back each byte that it gets.
 */
public final class RawUpstream extends LoopbackServer {
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** The head of one request, each byte a character; header names in lower case. */
    public record Request(String method, String target, List<String[]> headers) {

        public List<String> values(String name) {
            return headers.stream()
                    .filter(h -> h[0].equals(name))
                    .map(h -> h[1])
                    .toList();
        }

        private boolean has(String name, String value) {
            return values(name).stream().anyMatch(value::equalsIgnoreCase);
        }

        @Override
        public String toString() {
            return method + " " + target;
        }
    }

    public RawUpstream() throws IOException {
        start();
    }

    /** Returns what has come so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    @Override
    protected void serve(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        for (Request request = head(in); request != null; request = head(in)) {
            requests.add(request);
            if (!request.values("upgrade").isEmpty()) {
                write(socket, "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
                for (int b = in.read(); b >= 0; b = in.read()) {
                    socket.getOutputStream().write(b);
                }
                return;
            }
            skipBody(in, request);
            write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    }

    private static Request head(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        int method = line.indexOf(' ');
        List<String[]> headers = new ArrayList<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.add(new String[] {
                header.substring(0, colon).toLowerCase(Locale.ROOT),
                header.substring(colon + 1).strip()
            });
        }
        return new Request(
                line.substring(0, method), line.substring(method + 1, line.lastIndexOf(" HTTP/1.1")), headers);
    }

    private static void skipBody(InputStream in, Request request) throws IOException {
        for (String length : request.values("content-length")) {
            in.skipNBytes(Integer.parseInt(length));
        }
        if (request.has("transfer-encoding", "chunked")) {
            for (int size = -1; size != 0; ) {
                size = Integer.parseInt(line(in), 16);
                in.skipNBytes(size);
                line(in);
            }
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns the next line without its end, or null at the end of the stream. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
