package dev.latchkey.server.feed;

import dev.latchkey.index.KeyIndex;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/**
 * A connection to Redis that can be tracked, as {@link FeedSession} needs it. Commands are executed, answers arrive and pushes
 * are shown in the order of the stream; each command fails, at the latest, after a fixed time. The methods return at once.
 *
 * <p>Two objects that stand for the same connection are equal.
 */
interface FeedConnection {

    /** Tells whether Redis can push anything on it. */
    boolean carriesPushes();

    /** Has {@code pushes} shown whatever Redis pushes. */
    void listen(Pushes pushes);

    /** Asks for pushes of every change of what the index holds. Empty: Redis does so; else how it has refused. */
    CompletionStage<Optional<String>> track();

    CompletionStage<Status> status();

    /**
     * Reads when the canary was written: epoch milliseconds by Redis' clock, 0 if there is none.
     *
     * @param onArrival applied to the answer after all pushes that came before it, and before any that came later
     */
    <T> CompletionStage<T> canaryWrittenAt(LongFunction<T> onArrival);

    /** Returns the index as it is read over this connection. */
    KeyIndex records();

    /**
     * What Redis says of the connection.
     *
     * @param tracked whether it pushes every change of what the index holds
     * @param redisMillis its time, epoch milliseconds
     */
    record Status(boolean tracked, long redisMillis) {}

    /** Is shown what Redis pushes. Must not block. */
    interface Pushes {

        /** What is stored under {@code name} has changed. */
        void changed(String name);

        /** Everything may have changed. */
        void flushed();

        /** There was a push, and nobody knows of what. */
        void failed(Throwable failure);
    }
}
