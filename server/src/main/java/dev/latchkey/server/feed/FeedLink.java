package dev.latchkey.server.feed;

import java.util.Optional;

/** Brings up connections for pushes, one after the other. Implementations are thread-safe; nothing here blocks. */
public interface FeedLink {

    /** Has {@code watcher} told of every connection; to be called before the start. */
    void watch(Watcher watcher);

    void start();

    /** Gives up {@code unwanted}, if it is the present connection, and begins to connect anew. */
    void redial(FeedConnection unwanted, String reason);

    /** Returns what keeps the link down, for people; empty if it is up. Holds no secret. */
    Optional<String> problem();

    /** Is told of each connection: first that it is there, then, once, that it is gone. Must not block. */
    interface Watcher {

        void connected(FeedConnection connection);

        void lost(FeedConnection connection);
    }
}
