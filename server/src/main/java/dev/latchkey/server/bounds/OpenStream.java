package dev.latchkey.server.bounds;

import org.jspecify.annotations.Nullable;

/**
 * An open HTTP/2 stream, which is an element of a {@link StreamList} of its event loop. Confined to the thread
 * of that loop.
 */
final class OpenStream {
    final ConnectionGuard connection;
    /** When the read began in which the stream was opened, by {@code System.nanoTime}. */
    final long begun;
    /** The bytes held by the message that has not ended. */
    long bytes;

    boolean denied;

    @Nullable
    StreamList list;

    @Nullable
    OpenStream older;

    @Nullable
    OpenStream newer;

    private @Nullable Runnable denial;

    /** @param denial denies the call of the stream, whose message has not ended; null if the stream has no call */
    OpenStream(ConnectionGuard connection, @Nullable Runnable denial) {
        this.connection = connection;
        this.begun = connection.lastRead();
        this.denial = denial;
    }

    /** Returns whether this stream has a call whose message has not ended. */
    boolean unfinished() {
        return denial != null;
    }

    /** Reports that the message has ended, so that the call gets its own response. */
    void finished() {
        denial = null;
    }

    void deny() {
        Runnable answer = denial;
        denial = null;
        denied = true;
        if (answer != null) {
            answer.run();
        }
    }
}
