package dev.latchkey.server.bounds;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Connections of one event loop whose reads cost too much. They are read one after the other, once each, with a pause after each read,
 * so that all of them together take at most four fifths of the loop, and every other connection waits for one such read at most.
 *
 * <p>Confined to the thread of the loop.
 */
final class SlowLane {
    /** A pause is this fraction of the read before it. */
    private static final int PAUSE = 4;

    /** A cost that is far above any real one does not stop the lane for good. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Queue<Entry> waiting = new ArrayDeque<>();
    private boolean running;

    private record Entry(ConnectionGuard connection, long nanos) {}

    /**
     * Takes in a connection that its guard has stopped reading.
     *
     * @param nanos the cost of its last read, which is the estimate of the next one
     */
    void enter(ConnectionGuard connection, long nanos, EventExecutor loop) {
        long cost = Math.min(nanos, MAX_NANOS);
        waiting.add(new Entry(connection, cost));
        if (!running) {
            running = true;
            schedule(cost / PAUSE, loop);
        }
    }

    /** A connection that leaves and costs too much again comes back to the end of the lane. */
    private void release(EventExecutor loop) {
        Entry next = waiting.poll();
        if (next == null) {
            running = false;
            return;
        }
        next.connection.resume();
        schedule(next.nanos + next.nanos / PAUSE, loop);
    }

    private void schedule(long nanos, EventExecutor loop) {
        var unused = loop.schedule(() -> release(loop), nanos, TimeUnit.NANOSECONDS);
    }
}
