package dev.latchkey.server.cache;

import java.util.concurrent.atomic.LongAdder;

/** Counters of the near cache since the start. This class is thread-safe. Counting takes no lock. */
public final class CacheCounters {
    final LongAdder hits = new LongAdder();
    final LongAdder absentHits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder renewals = new LongAdder();
    final LongAdder joins = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder bypasses = new LongAdder();

    /** Returns the number of lookups that found a record in memory. */
    public long hits() {
        return hits.sum();
    }

    /** Returns the number of lookups that found in memory that the index has no such record. */
    public long absentHits() {
        return absentHits.sum();
    }

    /** Returns the number of lookups that found nothing in memory and started a read. */
    public long misses() {
        return misses.sum();
    }

    /** Returns the number of reads that were started to renew a record before it expired. */
    public long renewals() {
        return renewals.sum();
    }

    /** Returns the number of lookups that joined a read in flight. */
    public long joins() {
        return joins.sum();
    }

    /** Returns the number of names of records that Redis has pushed. */
    public long invalidations() {
        return invalidations.sum();
    }

    /** Returns the number of lookups that bypassed the cache because it could not be used. */
    public long bypasses() {
        return bypasses.sum();
    }
}
