package dev.latchkey.server.cache;

import java.util.concurrent.atomic.LongAdder;

/** What the near cache has done since the start. This class is thread-safe; counting takes no lock. */
public final class CacheCounters {
    final LongAdder hits = new LongAdder();
    final LongAdder absentHits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder renewals = new LongAdder();
    final LongAdder joins = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder bypasses = new LongAdder();

    /** Returns how often a record was found in memory. */
    public long hits() {
        return hits.sum();
    }

    /** Returns how often it was known in memory that there is no record. */
    public long absentHits() {
        return absentHits.sum();
    }

    /** Returns how often a record was read from Redis to be kept. */
    public long misses() {
        return misses.sum();
    }

    /** Returns how often a record in memory was read again before its age was over. */
    public long renewals() {
        return renewals.sum();
    }

    /** Returns how often somebody waited for a read that was under way. */
    public long joins() {
        return joins.sum();
    }

    /** Returns how many names Redis has pushed. */
    public long invalidations() {
        return invalidations.sum();
    }

    /** Returns how often Redis was read past the cache, which could not be used. */
    public long bypasses() {
        return bypasses.sum();
    }
}
