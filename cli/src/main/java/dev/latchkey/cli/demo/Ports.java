package dev.latchkey.cli.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A finder of free loopback ports. Another process can take a port before it is used; the start of the server then
 * fails with a message that says so.
 */
public final class Ports {
    private static final int TRIES = 200;
    private static final int LOWEST = 20_000;
    /** The first port that Linux uses for outgoing connections by default (ip_local_port_range). */
    private static final int EPHEMERAL = 32_768;

    private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** Returns {@code wanted} if it is free, or else the next free port. */
    public static int from(int wanted) throws IOException {
        for (int port = wanted; port < wanted + TRIES && port <= 65_535; port++) {
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port from " + wanted + " to " + (wanted + TRIES - 1));
    }

    /**
     * Returns a free port that no earlier call has returned. The port is outside the range for outgoing connections,
     * because such a connection could take the port before it is used.
     */
    public static int any() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, EPHEMERAL);
            if (HANDED_OUT.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port found from " + LOWEST + " to " + (EPHEMERAL - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
