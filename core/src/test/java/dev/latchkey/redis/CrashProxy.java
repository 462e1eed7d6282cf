package dev.latchkey.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A proxy on loopback through which, from a certain command on, nothing passes any more in either direction: so that
 * its client can be stopped between any two steps of what it does.
 */
public final class CrashProxy extends LoopbackServer {
    private final int target;
    private final Predicate<List<String>> counted;
    private Runnable crash = () -> {};
    private Moment moment = Moment.BEFORE;
    private int left = Integer.MAX_VALUE;
    private int passed;
    private boolean answersHeld;
    private boolean cut;

    /** On which side of a command its sender stops. */
    public enum Moment {
        /** Redis does not get it. */
        BEFORE,
        /** Redis does it, and the answer does not arrive. */
        AFTER
    }

    /** @param counted the commands that are counted; the others, such as a heartbeat's, pass as long as any does */
    public CrashProxy(int target, Predicate<List<String>> counted) throws IOException {
        this.target = target;
        this.counted = counted;
        start();
    }

    /**
     * Lets all pass until the counted command number {@code n}, from now on and from 1, and then nothing.
     *
     * @param then is run once that is so, by a thread of this proxy
     */
    public synchronized void crashAt(int n, Moment when, Runnable then) {
        left = n;
        moment = when;
        crash = then;
        passed = 0;
        cut = false;
        answersHeld = false;
    }

    /** Lets all pass again; a connection through which something did not pass is of no more use. */
    public void mend() {
        crashAt(Integer.MAX_VALUE, Moment.BEFORE, () -> {});
    }

    /** Tells whether the command was reached. */
    public synchronized boolean crashed() {
        return cut;
    }

    /** Returns how many counted commands came since the last {@link #crashAt}. */
    public synchronized int counted() {
        return passed;
    }

    /** Ends all connections that there are. */
    public void hangUp() {
        for (Socket socket : sockets()) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is gone already.
            }
        }
    }

    @Override
    protected void serve(Socket client) throws IOException {
        Socket server = connect(target);
        thread(() -> commands(client, server));
        byte[] buffer = new byte[16_384];
        InputStream in = server.getInputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (mayAnswer()) {
                client.getOutputStream().write(buffer, 0, n);
            }
        }
    }

    private void commands(Socket client, Socket server) throws IOException {
        try (client;
                server) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream(), 65_536));
            OutputStream out = server.getOutputStream();
            ByteArrayOutputStream raw = new ByteArrayOutputStream();
            while (true) {
                List<String> words = read(in, raw);
                synchronized (this) {
                    if (mayPass(words)) {
                        raw.writeTo(out);
                    }
                }
                raw.reset();
            }
        }
    }

    private boolean mayPass(List<String> words) {
        if (cut || answersHeld) {
            return false;
        }
        if (!counted.test(words)) {
            return true;
        }
        passed++;
        if (--left > 0) {
            return true;
        }
        if (moment == Moment.BEFORE) {
            end();
            return false;
        }
        answersHeld = true;
        return true;
    }

    /** Once Redis answers, be it an earlier command, it has the last one that passed. */
    private synchronized boolean mayAnswer() {
        if (answersHeld && !cut) {
            end();
        }
        return !cut;
    }

    private void end() {
        cut = true;
        crash.run();
    }

    private static List<String> read(DataInputStream in, ByteArrayOutputStream raw) throws IOException {
        int count = Integer.parseInt(line(in, raw).substring(1));
        List<String> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] word = new byte[Integer.parseInt(line(in, raw).substring(1))];
            in.readFully(word);
            raw.write(word);
            line(in, raw);
            words.add(new String(word, StandardCharsets.UTF_8));
        }
        return words;
    }

    private static String line(InputStream in, ByteArrayOutputStream raw) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the client is gone");
            }
            raw.write(c);
            if (c != '\r') {
                line.append((char) c);
            }
        }
        raw.write('\n');
        return line.toString();
    }
}
