package dev.latchkey.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A TCP proxy on loopback that holds back what passes, or lets connections go silent without closing them. */
public final class FaultProxy extends LoopbackServer {
    private final int target;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final Set<Socket> servers = ConcurrentHashMap.newKeySet();
    private final Set<Socket> frozen = ConcurrentHashMap.newKeySet();
    private volatile long delayMillis;
    private volatile CountDownLatch passage = new CountDownLatch(0);

    public FaultProxy(int target) throws IOException {
        this.target = target;
        start();
    }

    /** Holds back each piece of every later answer for {@code millis}. */
    public void delay(long millis) {
        delayMillis = millis;
    }

    /** From now on nothing passes through the present connections, which stay open: as when a firewall forgets them. */
    public void freeze() {
        freezeCommands();
        freezeAnswers();
    }

    /** As {@link #freeze}, toward the server only: what the server says still passes. */
    public void freezeCommands() {
        frozen.addAll(clients);
    }

    /** As {@link #freeze}, toward the clients only: the server still hears them. */
    public void freezeAnswers() {
        frozen.addAll(servers);
    }

    /**
     * From now on nothing passes, through new connections either: as in a partition. It is kept until {@link #release}.
     */
    public void hold() {
        passage = new CountDownLatch(1);
    }

    /** Lets pass what was held, and all else. */
    public void release() {
        passage.countDown();
    }

    @Override
    protected void serve(Socket client) throws IOException {
        Socket server = connect(target);
        clients.add(client);
        servers.add(server);
        thread(() -> pump(client, server, /* slow= */ false));
        pump(server, client, /* slow= */ true);
    }

    private void pump(Socket from, Socket to, boolean slow) throws IOException {
        byte[] buffer = new byte[16_384];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (slow) {
                    TimeUnit.MILLISECONDS.sleep(delayMillis);
                }
                passage.await();
                if (!frozen.contains(from)) {
                    out.write(buffer, 0, n);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
