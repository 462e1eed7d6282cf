package dev.latchkey.server.bounds;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The budget for the memory that open streams and unfinished header blocks of one event loop hold.
 *
 * <p>Beyond the limit, the oldest calls whose message has been unfinished for longer than the patience are denied; a
 * denied stream stays open until the peer has reacted. Beyond four times the limit, unfinished calls are denied
 * regardless of their age. If the memory held, denied streams included, is still beyond four times the limit, one
 * connection at a time is closed: that of the oldest header block if header blocks alone exceed the limit, else that of
 * the oldest call, first among the denied calls, then the unfinished ones, then those being decided. A call is not
 * denied if it is the only unfinished one, and a header block is not a reason to close its connection if it is the only
 * one. A check of a healthy Envoy is unfinished for milliseconds.
 *
 * <p>Confined to the thread of the loop.
 */
final class LoopBudget {
    /** The memory that an open stream holds, including the objects of gRPC. */
    static final int STREAM_BYTES = 4096;

    /** The multiple of the limit beyond which there is no patience. */
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
    /** Held by streams that were denied and are still open; not part of {@code held}. */
    private long heldByDenied;

    private final SlowLane slowLane = new SlowLane();
    private boolean shedding;
    /** The connection that is being closed and is not gone yet; at most one at a time. */
    private @Nullable ConnectionGuard closing;

    /** The connection whose bytes are being read. */
    private @Nullable ConnectionGuard reading;

    /** The call that has started last and is not yet assigned to its HTTP/2 stream. */
    private @Nullable OpenStream begun;

    private LoopBudget(long limit, long patience) {
        this.limit = limit;
        this.patience = patience;
    }

    /**
     * Returns the budget of the current thread, and creates it if there is none.
     *
     * @param limit of a new budget, in bytes
     * @param patience of a new budget: how many nanoseconds a call may be unfinished
     */
    static LoopBudget ofThisLoop(long limit, long patience) {
        LoopBudget budget = OF_THIS_LOOP.get();
        if (budget == null) {
            budget = new LoopBudget(limit, patience);
            OF_THIS_LOOP.set(budget);
        }
        return budget;
    }

    /** Returns the budget of the current thread, or null if the thread has read from no connection. */
    static @Nullable LoopBudget current() {
        return OF_THIS_LOOP.get();
    }

    SlowLane slowLane() {
        return slowLane;
    }

    void reading(ConnectionGuard connection) {
        reading = connection;
    }

    /** Registers a call that has started on the connection that is being read. Returns null if none is being read. */
    @Nullable
    OpenStream begin(Runnable denial) {
        ConnectionGuard connection = reading;
        begun = connection == null ? null : new OpenStream(connection, denial);
        return begun;
    }

    /** Returns the call that started since the previous call of this method, or a stream without a call. */
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

    /** Reports that the message of the stream has ended. */
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

    /** Reports that an unfinished header block has grown, or has ended if {@code now} is 0. */
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

    /** Reports that the connection is gone, with all the memory that it held. */
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
        // A denial runs code of gRPC, which must not start a second pass.
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

    /**
     * Returns whether the oldest unfinished call must be denied. A burst of good calls is over in a moment; a call that
     * stays unfinished is not part of one.
     */
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

    /**
     * Returns the connection of the oldest header block; null if there is only one, which may be as large as Envoy
     * can make it.
     */
    private @Nullable ConnectionGuard oldestBlock() {
        return blocks.size() > 1 ? blocks.iterator().next() : null;
    }

    /**
     * Returns the connection of the oldest call. A check that is being decided comes last, because it belongs to
     * a well-behaved peer.
     */
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
