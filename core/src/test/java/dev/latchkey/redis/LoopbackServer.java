package dev.latchkey.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes connections on loopback, each served on a thread of its own. Closing it ends all of them. */
public abstract class LoopbackServer implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    protected LoopbackServer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Serves one connection until one side ends it. */
    protected abstract void serve(Socket client) throws IOException;

    /** To be called once everything that serves is made. */
    protected final void start() {
        thread(() -> {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                thread(() -> {
                    try (client) {
                        serve(client);
                    }
                });
            }
        });
    }

    public final int port() {
        return listener.getLocalPort();
    }

    /** Opens a connection to another port, which ends with this. */
    protected final Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        return socket;
    }

    /** Returns all connections there have been, to both sides. */
    protected final List<Socket> sockets() {
        return sockets;
    }

    /** What a thread does until a connection ends it. */
    @FunctionalInterface
    protected interface Task {
        void run() throws IOException;
    }

    protected final void thread(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // The other side is gone: so is this one.
                    }
                },
                getClass().getSimpleName());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public final void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
