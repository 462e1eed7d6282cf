package dev.latchkey.server.bounds;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The memory that open streams and unfinished header blocks of one event loop may hold. Beyond it the oldest calls whose message has
 * been unfinished for longer than the patience are denied; they end when the peer has taken note. Beyond four times as much, they are
 * denied whatever their age, and a connection is closed: that of the oldest header block, or else of the oldest call that was denied,
 * that is unfinished, or that is being decided, in this order. A check of a healthy Envoy is unfinished for milliseconds.
 *
 * <p>Confined to the thread of the loop.
 */
final class LoopBudget {
    /** What an open stream holds, gRPC's objects included. */
    static final int STREAM_BYTES = 4096;

    /** Times the limit, and no patience is left. */
    private static final int MOST = 4;

    private static final FastThreadLocal<LoopBudget> OF_THIS_LOOP = new FastThreadLocal<>();

    private final long limit;
    private final long patience;
    private final Set<ConnectionGuard> blocks = new LinkedHashSet<>();
    private long held;
    private final StreamList unfinished = new StreamList();
    private final StreamList denied = new StreamList();
    private final StreamList others = new StreamList();
    private long heldByBlocks;
    /** By streams that were denied and are still open; not part of what is held. */
    private long heldByDenied;

    private final SlowLane slowLane = new SlowLane();
    private boolean shedding;
    /** Closed, but not yet gone: one at a time. */
    private @Nullable ConnectionGuard closing;

    /** Whose bytes are being read. */
    private @Nullable ConnectionGuard reading;

    private @Nullable OpenStream begun;

    private LoopBudget(long limit, long patience) {
        this.limit = limit;
        this.patience = patience;
    }

    /**
     * Returns the budget of the current thread.
     *
     * @param limit bytes, if it is new
     * @param patience for how many nanoseconds a call may be unfinished, if it is new
     */
    static LoopBudget ofThisLoop(long limit, long patience) {
        LoopBudget budget = OF_THIS_LOOP.get();
        if (budget == null) {
            budget = new LoopBudget(limit, patience);
            OF_THIS_LOOP.set(budget);
        }
        return budget;
    }

    /** Returns the budget of the current thread, or null if it has read from no connection. */
    static @Nullable LoopBudget current() {
        return OF_THIS_LOOP.get();
    }

    SlowLane slowLane() {
        return slowLane;
    }

    void reading(ConnectionGuard connection) {
        reading = connection;
    }

    /** A call has begun on the connection that is being read. */
    @Nullable
    OpenStream begin(Runnable denial) {
        ConnectionGuard connection = reading;
        begun = connection == null ? null : new OpenStream(connection, denial);
        return begun;
    }

    /** Returns the call that began since the last time this was asked, or a stream without one. */
    OpenStream takeBegun(ConnectionGuard connection) {
        OpenStream stream = begun;
        begun = null;
        return stream == null ? new OpenStream(connection, null) : stream;
    }

    void add(OpenStream stream) {
        (stream.unfinished() ? unfinished : others).add(stream);
        held += STREAM_BYTES;
        shed();
    }

    void grow(OpenStream stream, int bytes) {
        stream.bytes += bytes;
        held += bytes;
        shed();
    }

    /** The message of the stream has ended. */
    void finished(OpenStream stream) {
        release(stream);
        if (stream.unfinished()) {
            stream.finished();
            if (stream.list != null) {
                unfinished.remove(stream);
                others.add(stream);
            }
        }
    }

    void remove(OpenStream stream) {
        release(stream);
        if (stream.denied) {
            heldByDenied -= STREAM_BYTES;
        } else {
            held -= STREAM_BYTES;
        }
        if (stream.list != null) {
            stream.list.remove(stream);
        }
    }

    private void release(OpenStream stream) {
        held -= stream.bytes;
        stream.bytes = 0;
    }

    /** An unfinished header block has grown; to 0 bytes when it has ended. */
    void block(ConnectionGuard connection, long before, long now) {
        held += now - before;
        heldByBlocks += now - before;
        if (now == 0) {
            blocks.remove(connection);
        } else {
            blocks.add(connection);
            shed();
        }
    }

    /** The connection is gone, with all it held. */
    void closed(ConnectionGuard connection) {
        if (closing == connection) {
            closing = null;
        }
        if (reading == connection) {
            reading = null;
        }
    }

    long held() {
        return held;
    }

    private void shed() {
        if ((held <= limit && held + heldByDenied <= MOST * limit) || shedding) {
            return;
        }
        shedding = true;
        try {
            OpenStream stream = unfinished.oldestOfSeveral();
            while (stream != null && mustGo(stream)) {
                deny(stream);
                stream = unfinished.oldestOfSeveral();
            }
            if (held + heldByDenied > MOST * limit && closing == null) {
                closing = heldByBlocks > limit ? oldestBlock() : hog();
                if (closing != null) {
                    closing.close();
                }
            }
        } finally {
            shedding = false;
        }
    }

    /** A burst of good calls is over in a moment; a call that stays unfinished is none. */
    private boolean mustGo(OpenStream oldest) {
        return held > MOST * limit || (held > limit && System.nanoTime() - oldest.begun >= patience);
    }

    private void deny(OpenStream stream) {
        release(stream);
        held -= STREAM_BYTES;
        heldByDenied += STREAM_BYTES;
        unfinished.remove(stream);
        denied.add(stream);
        stream.deny();
    }

    /** A single block may be as large as Envoy can make it. */
    private @Nullable ConnectionGuard oldestBlock() {
        return blocks.size() > 1 ? blocks.iterator().next() : null;
    }

    /** A check that is being decided is closed last: it is a good peer's. */
    private @Nullable ConnectionGuard hog() {
        for (StreamList streams : List.of(denied, unfinished, others)) {
            OpenStream oldest = streams.oldest();
            if (oldest != null) {
                return oldest.connection;
            }
        }
        return null;
    }
}
