package dev.latchkey.server.feed;

import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.server.cache.Lease;
import dev.latchkey.server.cache.NearCacheKeyIndex;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The feed that invalidates the near cache. It keeps one connection on which Redis pushes the name of every changed
 * record, and evicts these records from the cache. Each connection is an epoch of its own, from the confirmation of its
 * tracking until any doubt about it.
 *
 * <p>While a connection is not confirmed, the cache is unused, never stale.
 *
 * <p>This class is thread-safe.
 */
public final class InvalidationFeed implements FeedLink.Watcher, AutoCloseable {
    static final int BEATS_PER_LEASE = 4;

    private final FeedLink link;
    private final Parts parts;
    private final long periodNanos;
    private @Nullable ScheduledFuture<?> schedule;
    private volatile @Nullable FeedSession session;

    /**
     * The collaborators of a session.
     *
     * @param bound limits the number of concurrent reads over the connection
     * @param leases creates a lease for each connection
     */
    record Parts(
            NearCacheKeyIndex cache,
            IndexSchema schema,
            IndexClock clock,
            UnaryOperator<KeyIndex> bound,
            FeedListener listener,
            Supplier<Lease> leases,
            LongSupplier nanos) {}

    /**
     * @param link used only by this feed; not started yet
     * @param bound limits the number of concurrent reads over the link
     */
    public InvalidationFeed(
            RedisLink link,
            NearCacheKeyIndex cache,
            IndexSchema schema,
            IndexClock clock,
            UnaryOperator<KeyIndex> bound,
            FeedListener listener,
            long leaseNanos) {
        this(
                new LettuceFeedLink(link, schema),
                new Parts(cache, schema, clock, bound, listener, () -> new Lease(leaseNanos), System::nanoTime),
                leaseNanos);
    }

    InvalidationFeed(FeedLink link, Parts parts, long leaseNanos) {
        this.link = link;
        this.parts = parts;
        this.periodNanos = leaseNanos / BEATS_PER_LEASE;
        link.watch(this);
    }

    /** Starts the link, and the heartbeats on {@code scheduler}, which they do not block. */
    public void start(ScheduledExecutorService scheduler) {
        link.start();
        schedule = scheduler.scheduleWithFixedDelay(this::beat, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void connected(FeedConnection connection) {
        FeedSession begun = new FeedSession(connection, parts, link::redial);
        session = begun;
        begun.begin();
    }

    @Override
    public void lost(FeedConnection connection) {
        FeedSession current = session;
        if (current != null && current.isOn(connection)) {
            current.end(EpochEnd.DISCONNECTED);
        }
    }

    /** Returns why the cache is not in use, for people; empty if it is in use. Contains no secret. */
    public Optional<String> problem() {
        FeedSession current = session;
        Optional<String> noLink = link.problem();
        if (noLink.isPresent() || current == null) {
            return noLink.or(() -> Optional.of("not connected yet"));
        }
        return current.problem();
    }

    /** Returns whether a canary push has arrived on the current connection. */
    public boolean confirmedByCanary() {
        FeedSession current = session;
        return current != null && current.sawCanary();
    }

    /** Returns for how long the cache can be used without another answered heartbeat. */
    public long leaseRemainingNanos() {
        FeedSession current = session;
        return current == null ? 0 : current.leaseRemainingNanos();
    }

    @Override
    public void close() {
        ScheduledFuture<?> current = schedule;
        if (current != null) {
            current.cancel(false);
        }
        FeedSession last = session;
        if (last != null) {
            last.end(EpochEnd.DISCONNECTED);
        }
    }

    /** Sends a heartbeat if there has been a connection. */
    void beat() {
        FeedSession current = session;
        if (current != null) {
            current.beat();
        }
    }
}
