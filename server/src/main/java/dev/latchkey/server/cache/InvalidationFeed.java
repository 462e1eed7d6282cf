package dev.latchkey.server.cache;

import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.RedisLink;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the near cache true: has one connection on which Redis pushes the name of every record that changes, and shows these to
 * the cache. Each connection is an epoch of its own, from when its tracking is confirmed until anything about it is in doubt.
 *
 * <p>Whatever cannot be confirmed leaves the cache unused, never stale. This class is thread-safe.
 */
public final class InvalidationFeed implements RedisLink.Watcher, AutoCloseable {
    private static final int BEATS_PER_LEASE = 4;

    private final RedisLink link;
    private final Parts parts;
    private @Nullable ScheduledFuture<?> schedule;
    private volatile @Nullable FeedSession session;

    /**
     * What sessions are made of.
     *
     * @param bound limits the reads over the connection in number
     */
    record Parts(
            NearCacheKeyIndex cache,
            IndexSchema schema,
            IndexClock clock,
            UnaryOperator<KeyIndex> bound,
            FeedListener listener,
            long leaseNanos,
            LongSupplier nanos,
            LongSupplier wallMillis) {}

    /**
     * @param link for nothing else; not started yet
     * @param bound limits the reads over the link in number
     */
    public InvalidationFeed(
            RedisLink link,
            NearCacheKeyIndex cache,
            IndexSchema schema,
            IndexClock clock,
            UnaryOperator<KeyIndex> bound,
            FeedListener listener,
            long leaseNanos) {
        this.link = link;
        this.parts = new Parts(
                cache, schema, clock, bound, listener, leaseNanos, System::nanoTime, System::currentTimeMillis);
        link.watch(this);
    }

    /** Begins, on {@code scheduler}; nothing here blocks it. */
    public void start(ScheduledExecutorService scheduler) {
        link.start();
        long period = parts.leaseNanos / BEATS_PER_LEASE;
        schedule = scheduler.scheduleWithFixedDelay(this::beat, period, period, TimeUnit.NANOSECONDS);
    }

    @Override
    public void connected(StatefulRedisConnection<String, String> connection) {
        FeedSession begun = new FeedSession(connection, parts, this::giveUp);
        session = begun;
        begun.begin();
    }

    @Override
    public void lost(StatefulRedisConnection<String, String> connection) {
        FeedSession current = session;
        if (current != null && current.isOn(connection)) {
            current.end(EpochEnd.DISCONNECTED);
        }
    }

    /** Returns why the cache is not used now, for people; empty if it is. Holds no secret. */
    public Optional<String> problem() {
        FeedSession current = session;
        Optional<String> noLink = link.problem();
        if (noLink.isPresent() || current == null) {
            return noLink.or(() -> Optional.of("not connected yet"));
        }
        return current.problem();
    }

    /** Tells whether a push of the control plane's has confirmed the present connection. */
    public boolean confirmedByCanary() {
        FeedSession current = session;
        return current != null && current.sawCanary();
    }

    /** Returns for how long the cache may be used without another heartbeat. */
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

    private void beat() {
        FeedSession current = session;
        if (current != null) {
            current.beat();
        }
    }

    private void giveUp(StatefulRedisConnection<String, String> connection, String reason) {
        link.redial(connection, reason);
    }
}
