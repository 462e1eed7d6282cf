package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import java.time.Duration;

/** A near cache over records that are made up, for warming up. No push ever reaches it: never to be shown a real record. */
public final class RehearsalIndex {
    private static final CacheLimits LIMITS = new CacheLimits(1000, 1000, Duration.ofHours(1));
    private static final Duration LEASE = Duration.ofMinutes(1);

    private RehearsalIndex() {}

    /** Returns a cache that answers from memory what {@code madeUp} has told it, for a minute. */
    public static KeyIndex over(KeyIndex madeUp) {
        NearCacheKeyIndex cache = new NearCacheKeyIndex(madeUp, LIMITS, System::nanoTime);
        Lease lease = new Lease(LEASE.toNanos(), System::nanoTime, System::currentTimeMillis);
        lease.extend(lease.send());
        cache.begin(madeUp, lease);
        return cache;
    }
}
