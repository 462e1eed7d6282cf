package dev.latchkey.cli.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds loopback ports that are free. Another process can take one before it is used: a start then fails and says so. */
public final class Ports {
    private static final int TRIES = 200;

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

    /** Returns any free port. */
    public static int any() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
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
