package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import java.time.Duration;

/** A near cache over made-up records, for the warm-up. It receives no pushes, so it must never hold a real record. */
public final class RehearsalIndex {
    /** The maximum age is so short that renewals occur, which in service begin only after minutes. */
    private static final CacheLimits LIMITS = new CacheLimits(1000, 1000, Duration.ofSeconds(1));

    private static final Duration LEASE = Duration.ofMinutes(1);

    private final NearCacheKeyIndex cache;

    /** @param madeUp the index to read on a miss; memory is used for one minute */
    public RehearsalIndex(KeyIndex madeUp) {
        cache = new NearCacheKeyIndex(madeUp, LIMITS);
        Lease lease = new Lease(LEASE.toNanos());
        lease.extend(lease.send());
        cache.begin(madeUp, lease);
    }

    /** Returns the cache itself: the warm-up must run the same classes as real checks. */
    public KeyIndex index() {
        return cache;
    }

    /** Evicts {@code digest}, as a push would, so that the next lookup reads the record again. */
    public void forget(KeyDigest digest) {
        cache.evictKey(digest);
    }
}
