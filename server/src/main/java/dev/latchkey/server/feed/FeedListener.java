package dev.latchkey.server.feed;

/** Is told what the feed sees. Called on event loops: must not block. Implementations are thread-safe. */
public interface FeedListener {

    void ended(EpochEnd cause);

    /** @param millis from the writing of a canary, by Redis' clock, until its push was processed here */
    void canary(long millis);
}
