package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import java.time.Duration;

/** A near cache over records that are made up, for warming up. No push ever reaches it: never to be shown a real record. */
public final class RehearsalIndex {
    /** So short that records are read again, as they are after minutes. */
    private static final CacheLimits LIMITS = new CacheLimits(1000, 1000, Duration.ofSeconds(1));

    private static final Duration LEASE = Duration.ofMinutes(1);

    private final NearCacheKeyIndex cache;

    /** @param madeUp is asked what is not in memory; memory is used for a minute */
    public RehearsalIndex(KeyIndex madeUp) {
        cache = new NearCacheKeyIndex(madeUp, LIMITS);
        Lease lease = new Lease(LEASE.toNanos());
        lease.extend(lease.send());
        cache.begin(madeUp, lease);
    }

    /** Returns the cache itself: what is warmed up must be the same class as what it is warmed up for. */
    public KeyIndex index() {
        return cache;
    }

    /** Takes {@code digest} out of memory, as a push would: it is read anew. */
    public void forget(KeyDigest digest) {
        cache.evictKey(digest);
    }
}
