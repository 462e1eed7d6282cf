package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** What is no HTTP/2, and would be logged with a stack trace of 4 KB if nothing limited that. */
public final class MalformedFrames {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    /** SETTINGS on a stream, which RFC 9113 section 6.5 forbids. */
    private static final byte[] WRONG_FRAME = {0, 0, 0, 4, 0, 0, 0, 0, 1};

    private MalformedFrames() {}

    /** Sends some over a connection of its own and waits until the process gives the connection up. */
    public static void send(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                socket.getOutputStream().write(PREFACE);
                socket.getOutputStream().write(WRONG_FRAME);
                socket.getOutputStream().write(WRONG_FRAME);
                socket.getInputStream().readAllBytes();
            } catch (SocketException reset) {
                assertThat(reset).message().containsAnyOf("reset", "Broken pipe");
            }
        }
    }
}
