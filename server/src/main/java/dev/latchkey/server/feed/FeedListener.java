package dev.latchkey.server.feed;

/** A listener for events of the feed. Called on event loops, so it must not block. Implementations are thread-safe. */
public interface FeedListener {

    /** Reports that an epoch has ended. */
    void ended(EpochEnd cause);

    /**
     * Reports the push latency of a canary.
     *
     * @param millis the time from the canary's write, by Redis' clock, until its push was processed by this sidecar
     */
    void canary(long millis);
}
