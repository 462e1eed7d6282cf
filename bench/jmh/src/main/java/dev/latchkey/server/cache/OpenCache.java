package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import java.time.Duration;

/** A near cache in an epoch that lasts, with the limits that are the default. */
public final class OpenCache {
    private static final CacheLimits LIMITS = new CacheLimits(100_000, 10_000, Duration.ofMinutes(5));

    private OpenCache() {}

    public static KeyIndex over(KeyIndex reader) {
        NearCacheKeyIndex cache = new NearCacheKeyIndex(reader, LIMITS);
        Lease lease = new Lease(Duration.ofDays(1).toNanos());
        lease.extend(lease.send());
        cache.begin(reader, lease);
        return cache;
    }
}
