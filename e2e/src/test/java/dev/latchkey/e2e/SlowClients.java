package dev.latchkey.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hundreds of clients of one port, of five addresses, that each send half a request and then a byte now and then. One
 * whose connection is closed opens another.
 */
public final class SlowClients implements AutoCloseable {
    private static final int CLIENTS = 400;
    private static final int ADDRESSES = 5;
    private static final long PAUSE_MILLIS = 500;
    private static final byte[] HALF = "GET /metrics HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final List<Socket> sockets = new ArrayList<>();
    private final Repeated sending;
    private int reopened;

    /** Opens all of the connections. */
    public SlowClients(int port) throws IOException {
        this.port = port;
        for (int i = 0; i < CLIENTS; i++) {
            sockets.add(open(i));
        }
        sending = new Repeated(this::sendOn);
    }

    private Socket open(int number) throws IOException {
        Socket socket = new Socket();
        // Not the first, which the probes have: a client can only take its own address' places.
        socket.bind(new InetSocketAddress("127.0.0." + (2 + number % ADDRESSES), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        try {
            socket.getOutputStream().write(HALF);
        } catch (SocketException closed) {
            // Its place is taken already: it opens another next time.
        }
        return socket;
    }

    private void sendOn() throws IOException, InterruptedException {
        for (int i = 0; i < sockets.size(); i++) {
            try {
                sockets.get(i).getOutputStream().write('a');
            } catch (IOException closed) {
                sockets.get(i).close();
                sockets.set(i, open(i));
                reopened++;
            }
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }

    /** Ends all of them, and returns how many connections the port had closed. */
    public int end() throws IOException {
        sending.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        return reopened;
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
