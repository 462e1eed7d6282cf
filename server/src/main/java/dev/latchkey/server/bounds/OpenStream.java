package dev.latchkey.server.bounds;

import org.jspecify.annotations.Nullable;

/** One HTTP/2 stream that is open, in a list of its event loop. Confined to the thread of that loop. */
final class OpenStream {
    final ConnectionGuard connection;
    /** By {@code System.nanoTime}. */
    final long begun;
    /** Of the message that has not ended. */
    long bytes;

    boolean denied;

    @Nullable
    StreamList list;

    @Nullable
    OpenStream older;

    @Nullable
    OpenStream newer;

    private @Nullable Runnable denial;

    /** @param denial answers the call of the stream, whose message has not ended; null if there is none */
    OpenStream(ConnectionGuard connection, @Nullable Runnable denial) {
        this.connection = connection;
        this.begun = connection.lastRead();
        this.denial = denial;
    }

    /** Tells whether this is a call whose message has not ended. */
    boolean unfinished() {
        return denial != null;
    }

    /** The message has ended: the answer is on its way. */
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
