package dev.latchkey.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sends bytes to a socket as they are and reads what comes back: no client in between that tidies up, refuses or
 * repeats. Each character of a request is one byte.
 */
public final class RawHttp {
    private static final int PATIENCE_MILLIS = 20_000;

    private RawHttp() {}

    /**
     * What came back.
     *
     * @param status 0 if the connection was closed without an answer
     * @param headers lower-case name and value of each line, in order
     */
    public record Response(int status, List<String[]> headers, String body) {

        /** Returns the value of the only line of that name, or null; fails if there are several. */
        public String header(String name) {
            List<String> values = headers.stream()
                    .filter(h -> h[0].equals(name))
                    .map(h -> h[1])
                    .toList();
            if (values.size() > 1) {
                throw new AssertionError("several lines " + name + ": " + values);
            }
            return values.isEmpty() ? null : values.get(0);
        }
    }

    public static Response get(int port, String path) {
        return send(port, "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

    public static Response send(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return read(new BufferedInputStream(socket.getInputStream()), request.startsWith("HEAD "));
        } catch (IOException e) {
            throw new AssertionError(
                    "no answer to " + request.lines().findFirst().orElse(""), e);
        }
    }

    /** Reads one answer; {@code head} tells that it is one to HEAD, without a body. */
    public static Response read(InputStream in, boolean head) throws IOException {
        String statusLine = line(in);
        if (statusLine == null) {
            return new Response(0, List.of(), "");
        }
        int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
        List<String[]> headers = new ArrayList<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.add(new String[] {
                line.substring(0, colon).toLowerCase(Locale.ROOT),
                line.substring(colon + 1).strip()
            });
        }
        if (status == 100) {
            return read(in, head);
        }
        Response bare = new Response(status, headers, "");
        return head ? bare : new Response(status, headers, body(in, bare));
    }

    private static String body(InputStream in, Response response) throws IOException {
        String length = response.header("content-length");
        if (length != null) {
            return text(in.readNBytes(Integer.parseInt(length)));
        }
        if (!"chunked".equals(response.header("transfer-encoding"))) {
            return "";
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            if (size == null) {
                throw new EOFException("chunk");
            }
            int bytes = Integer.parseInt(size, 16);
            body.write(in.readNBytes(bytes));
            line(in);
            if (bytes == 0) {
                return text(body.toByteArray());
            }
        }
    }

    /** Returns the next line without its end, or null at the end of the stream. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return line.size() == 0 ? null : text(line.toByteArray());
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return text(line.toByteArray());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
