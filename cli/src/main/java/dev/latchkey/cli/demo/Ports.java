package dev.latchkey.cli.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Finds loopback ports that are free. Another process can take one before it is used: a start then fails and says so. */
public final class Ports {
    private static final int TRIES = 200;
    private static final int LOWEST = 20_000;
    /** Where Linux begins to take ports for outgoing connections (ip_local_port_range). */
    private static final int EPHEMERAL = 32_768;

    private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** Returns {@code wanted}, or the next port after it that is free. */
    public static int from(int wanted) throws IOException {
        for (int port = wanted; port < wanted + TRIES && port <= 65_535; port++) {
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port from " + wanted + " to " + (wanted + TRIES - 1));
    }

    /**
     * Returns any free port, another at each call. Not one of those that the system hands out to outgoing connections, of which one
     * could take it before it is used.
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
