package dev.latchkey.server.ops;

import dev.latchkey.server.cache.CacheCounters;
import dev.latchkey.server.cache.NearCacheKeyIndex;
import dev.latchkey.server.feed.EpochEnd;
import dev.latchkey.server.feed.FeedListener;
import dev.latchkey.server.feed.InvalidationFeed;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of the near cache and its invalidation feed.
 *
 * <p>This class is thread-safe.
 */
public final class CacheMetrics implements FeedListener {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SidecarMetrics metrics;
    private final Map<EpochEnd, Runnable> ends = new EnumMap<>(EpochEnd.class);

    public CacheMetrics(SidecarMetrics metrics) {
        this.metrics = metrics;
        for (EpochEnd cause : EpochEnd.values()) {
            ends.put(
                    cause,
                    metrics.counter(
                            "latchkey.cache.epochs.ended",
                            "Times that all in memory was forgotten",
                            "cause",
                            cause.text()));
        }
    }

    /** Registers the metrics of a cache and its feed. */
    public void show(NearCacheKeyIndex cache, InvalidationFeed feed) {
        CacheCounters counters = cache.counters();
        lookups("hit", counters, CacheCounters::hits);
        lookups("absent", counters, CacheCounters::absentHits);
        lookups("miss", counters, CacheCounters::misses);
        lookups("join", counters, CacheCounters::joins);
        lookups("bypass", counters, CacheCounters::bypasses);
        metrics.counted(
                "latchkey.cache.renewals",
                "Records in memory that were read again before their age was over",
                counters,
                CacheCounters::renewals);
        metrics.counted(
                "latchkey.cache.invalidations",
                "Names of records that Redis has pushed",
                counters,
                CacheCounters::invalidations);
        metrics.gauge("latchkey.cache.usable", "1 if records in memory are used, else 0", () -> cache.open() ? 1 : 0);
        metrics.gauge(
                "latchkey.cache.lease.seconds",
                "For how long records in memory may be used without another heartbeat",
                () -> feed.leaseRemainingNanos() / NANOS);
        metrics.gauge(
                "latchkey.cache.canary.seen",
                "1 if a push of the control plane's canary has come on the present connection, else 0",
                () -> feed.confirmedByCanary() ? 1 : 0);
    }

    @Override
    public void ended(EpochEnd cause) {
        Runnable count = ends.get(cause);
        if (count != null) {
            count.run();
        }
    }

    @Override
    public void canary(long millis) {
        metrics.revocation(millis);
    }

    private void lookups(String result, CacheCounters counters, ToDoubleFunction<CacheCounters> count) {
        metrics.counted(
                "latchkey.cache.lookups",
                "Records asked for, by where they were found",
                counters,
                count,
                "result",
                result);
    }
}
