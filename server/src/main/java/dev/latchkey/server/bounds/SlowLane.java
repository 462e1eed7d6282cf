package dev.latchkey.server.bounds;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * The queue of those connections of one event loop whose reads cost too much. They are read in turn, one read each,
 * with a pause after each read. All of them together take at most four fifths of the loop, and any other connection
 * waits for at most one such read.
 *
 * <p>Confined to the thread of the loop.
 */
final class SlowLane {
    /** A pause lasts the time of the read before it, divided by this number. */
    private static final int PAUSE = 4;

    /** The upper bound for a cost, so that a value far above any real cost does not stop the lane for good. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Queue<Entry> waiting = new ArrayDeque<>();
    private boolean running;

    private record Entry(Runnable turn, long nanos) {}

    /**
     * Adds a connection that its guard has stopped reading.
     *
     * @param turn reads the connection once more
     * @param nanos the cost of its last read, which is the estimate for the next one
     */
    void enter(Runnable turn, long nanos, EventExecutor loop) {
        long cost = Math.min(nanos, MAX_NANOS);
        waiting.add(new Entry(turn, cost));
        if (!running) {
            running = true;
            schedule(cost / PAUSE, loop);
        }
    }

    /**
     * Gives the next connection its turn. If its read costs too much again, the connection returns to the end
     * of the lane.
     */
    private void release(EventExecutor loop) {
        Entry next = waiting.poll();
        if (next == null) {
            running = false;
            return;
        }
        next.turn.run();
        // Time for the read itself, by its estimate, and for the pause after it.
        schedule(next.nanos + next.nanos / PAUSE, loop);
    }

    private void schedule(long nanos, EventExecutor loop) {
        var unused = loop.schedule(() -> release(loop), nanos, TimeUnit.NANOSECONDS);
    }
}
