package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Requests with a good key, sent through Envoy on connections that stay open. */
public final class GoodRequests {
    /** Many: a connection to the upstream takes 40 ms for each of its answers. */
    private static final int CONNECTIONS = 50;

    private static final int PATIENCE_SECONDS = 60;

    private final int port;
    private final byte[] request;
    private final AtomicInteger left;
    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch connections = new CountDownLatch(CONNECTIONS);
    private final Map<Integer, Integer> statuses = new TreeMap<>();

    private GoodRequests(int port, String key, int count) {
        this.port = port;
        this.left = new AtomicInteger(count);
        this.request = ("GET /v1/cases HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sends {@code count} requests, and does not wait. */
    public static GoodRequests start(int port, String key, int count) {
        GoodRequests requests = new GoodRequests(port, key, count);
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(requests::send, "good-requests");
            thread.setDaemon(true);
            thread.start();
        }
        return requests;
    }

    public void awaitBegun(int count) {
        Awaitility.await().until(() -> begun.get() >= count);
    }

    /** Waits for all answers. */
    public void assertAllAllowed() {
        try {
            assertThat(connections.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        synchronized (statuses) {
            assertThat(statuses.keySet()).as(statuses.toString()).containsExactly(200);
        }
    }

    private void send() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_SECONDS * 1000);
            BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
            while (left.getAndDecrement() > 0) {
                begun.incrementAndGet();
                socket.getOutputStream().write(request);
                count(RawHttp.read(in, /* head= */ false).status());
            }
        } catch (IOException | RuntimeException e) {
            count(-1);
        } finally {
            connections.countDown();
        }
    }

    private void count(int status) {
        synchronized (statuses) {
            statuses.merge(status, 1, Integer::sum);
        }
    }
}
