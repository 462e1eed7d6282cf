package dev.latchkey.server.feed;

import dev.latchkey.index.KeyIndex;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/**
 * A connection to Redis on which pushes can be enabled, reduced to the needs of {@link FeedSession}. Commands are
 * executed, answers arrive and pushes are delivered in the order of the stream. A command that is not answered fails
 * after a fixed time. The methods return at once.
 *
 * <p>Two objects that represent the same connection are equal.
 */
interface FeedConnection {

    /** Returns whether this connection can carry pushes. */
    boolean carriesPushes();

    /** Registers a listener for all pushes. */
    void listen(Pushes pushes);

    /**
     * Enables pushes for every change of the index. The result is empty on success, otherwise the
     * message of Redis' refusal.
     */
    CompletionStage<Optional<String>> track();

    CompletionStage<Status> status();

    /**
     * Reads the time at which the canary was written: epoch milliseconds by Redis' clock, or 0 if there is no canary.
     *
     * @param onArrival applied to the answer after all pushes that preceded it in the stream, and before any later push
     */
    <T> CompletionStage<T> canaryWrittenAt(LongFunction<T> onArrival);

    /** Returns an index that is read over this connection. */
    KeyIndex records();

    /**
     * The state of the connection as Redis reports it.
     *
     * @param tracked whether Redis pushes every change of the index on this connection
     * @param redisMillis Redis' time, epoch milliseconds
     */
    record Status(boolean tracked, long redisMillis) {}

    /** A listener for pushes. Must not block. */
    interface Pushes {

        /** Reports that the value of {@code name} has changed. */
        void changed(String name);

        /** Reports that every record may have changed. */
        void flushed();

        /** Reports a push that could not be processed, so its content is unknown. */
        void failed(Throwable failure);
    }
}
