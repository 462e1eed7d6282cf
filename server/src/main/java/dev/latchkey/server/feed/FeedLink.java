package dev.latchkey.server.feed;

import java.util.Optional;

/**
 * A source of connections for pushes: one at a time, replaced when it is lost. Implementations are
 * thread-safe. No method blocks.
 */
public interface FeedLink {

    /** Registers a watcher for all connections. Must be called before {@link #start}. */
    void watch(Watcher watcher);

    void start();

    /**
     * Closes {@code unwanted} and starts to reconnect. Does nothing if {@code unwanted} is not the current connection.
     */
    void redial(FeedConnection unwanted, String reason);

    /** Returns why the link is down, for people; empty if it is up. Contains no secret. */
    Optional<String> problem();

    /**
     * A listener that is notified of each connection: first of its start, then, exactly once, of its
     * loss. Must not block.
     */
    interface Watcher {

        void connected(FeedConnection connection);

        void lost(FeedConnection connection);
    }
}
