package dev.latchkey.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * A few clients that send one request again and again, each over a connection of its own that stays, until this is
 * closed.
 */
public final class Load implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final int PAUSE_MILLIS = 20;
    private static final int PATIENCE_MILLIS = 20_000;

    private final byte[] request;
    private final ScheduledExecutorService clients = Executors.newScheduledThreadPool(CLIENTS);
    private final AtomicInteger answers = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Client> opened = new ArrayList<>();

    /** @param request whole, as HTTP/1.1 carries it */
    public Load(int port, String request) throws IOException {
        this.request = request.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < CLIENTS; i++) {
            Client client = new Client(port);
            opened.add(client);
            var unused = clients.scheduleWithFixedDelay(client, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Waits until {@code count} more requests have been answered. */
    public void awaitMore(int count) {
        int goal = answers.get() + count;
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> answers.get() >= goal);
    }

    /** Returns every answer so far that was not 200, and every connection that was lost. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() throws IOException {
        clients.shutdownNow();
        for (Client client : opened) {
            client.socket.close();
        }
    }

    private final class Client implements Runnable {
        private final Socket socket;
        private final InputStream in;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        }

        @Override
        public void run() {
            try {
                socket.getOutputStream().write(request);
                RawHttp.Response response = RawHttp.read(in, /* head= */ false);
                if (response.status() != 200) {
                    failures.add(response.status() + " " + response.body());
                }
                answers.incrementAndGet();
            } catch (IOException | RuntimeException e) {
                if (!clients.isShutdown()) {
                    failures.add(e.toString());
                }
                throw new IllegalStateException(e);
            }
        }
    }
}
