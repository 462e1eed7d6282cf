package dev.latchkey.server.feed;

import dev.latchkey.redis.RedisError;
import dev.latchkey.server.cache.Lease;
import dev.latchkey.server.cache.NearCacheKeyIndex;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lifetime of one tracked connection, from its login to its end.
 *
 * <p>The connection is confirmed, and an epoch begins, once Redis speaks RESP3 on it (on RESP2, Redis accepts tracking
 * but pushes nothing), reports that it tracks, and has pushed a canary. The canary push is not required if no canary
 * has been written for 15 seconds. Every heartbeat asks again whether Redis tracks. Its answer follows the pushes of
 * all earlier writes in the same stream, and therefore extends the lease.
 */
final class FeedSession implements FeedConnection.Pushes {
    private static final Logger log = LoggerFactory.getLogger(FeedSession.class);
    private static final long CANARY_STALE_MILLIS = 15_000;
    /** Less than the time between two canaries. */
    private static final long CANARY_NEXT_MILLIS = 500;

    /** An unconfirmed connection that answers nothing for this long is replaced. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** The delay before a refused request to track is repeated: the permission may have been granted meanwhile. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The delay before a request to track that Redis cannot serve at present is repeated. */
    private static final long PASSING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final String UNSUPPORTED = "nothing is kept in memory: Redis, or a proxy before it, ";

    private final FeedConnection connection;
    private final InvalidationFeed.Parts parts;
    private final BiConsumer<FeedConnection, String> giveUp;
    private final Lease lease;
    private final CanaryWatch canary = new CanaryWatch();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile NearCacheKeyIndex.@Nullable Epoch epoch;
    /** Whether the connection can carry pushes. */
    private volatile boolean pushes;

    private volatile boolean tracking;
    private volatile long lastAnswer;
    private volatile long askedToTrack;
    private volatile long trackAgainAfter = REFUSED_NANOS;
    private volatile @Nullable String problem = "the connection for pushes is not confirmed yet";

    /** @param giveUp replaces the connection; takes the connection and the reason */
    FeedSession(FeedConnection connection, InvalidationFeed.Parts parts, BiConsumer<FeedConnection, String> giveUp) {
        this.connection = connection;
        this.parts = parts;
        this.giveUp = giveUp;
        this.lease = parts.leases().get();
        this.lastAnswer = parts.nanos().getAsLong();
    }

    /** Enables pushes. The heartbeats then confirm the connection. */
    void begin() {
        if (!connection.carriesPushes()) {
            // The link has already logged this.
            problem = UNSUPPORTED + "speaks RESP2 only, without pushes";
            return;
        }
        pushes = true;
        connection.listen(this);
        track();
    }

    private void track() {
        askedToTrack = parts.nanos().getAsLong();
        var unused = connection.track().whenComplete((refusal, failure) -> {
            if (failure != null) {
                end(EpochEnd.FAULT);
            } else if (refusal.isPresent()) {
                notTracked(refusal.get());
            } else {
                tracking = true;
                beat();
            }
        });
    }

    /**
     * Notes why Redis does not track. A temporary refusal is retried soon. Any other refusal is reported as unsupported
     * and is retried later.
     */
    private void notTracked(String refusal) {
        boolean passing = RedisError.kindOf(refusal) == RedisError.Kind.PASSING;
        trackAgainAfter = passing ? PASSING_NANOS : REFUSED_NANOS;
        String refused = passing
                ? "nothing is kept in memory yet: Redis cannot track changes now: " + refusal
                : UNSUPPORTED + "does not track changes by prefix: " + refusal;
        if (!refused.equals(problem)) {
            log.warn("{}", refused);
        }
        problem = refused;
    }

    boolean isOn(FeedConnection other) {
        return connection.equals(other);
    }

    Optional<String> problem() {
        return lease.held() && begun.get() ? Optional.empty() : Optional.ofNullable(problem);
    }

    boolean sawCanary() {
        return canary.pushes() > 0 && !ended.get();
    }

    long leaseRemainingNanos() {
        return begun.get() && !ended.get() ? lease.remainingNanos() : 0;
    }

    /** Sends a heartbeat, which asks whether Redis still tracks and for Redis' time. */
    void beat() {
        if (ended.get()) {
            return;
        }
        try {
            if (!begun.get() && since(lastAnswer) > SILENCE_NANOS) {
                end(EpochEnd.LEASE_LOST);
            } else if (tracking) {
                ask();
            } else if (pushes && since(askedToTrack) > trackAgainAfter) {
                track();
            } else {
                // Pushes are not enabled, so there is nothing to confirm. The read only shows
                // whether the connection answers.
                var unused = connection.canaryWrittenAt(
                        at -> lastAnswer = parts.nanos().getAsLong());
            }
        } catch (Throwable e) {
            log.error("a heartbeat of the feed failed; everything in memory is forgotten", e);
            end(EpochEnd.FAULT);
        }
    }

    private void ask() {
        NearCacheKeyIndex.Epoch opened = epoch;
        if (opened != null && !parts.cache().isCurrent(opened)) {
            end(EpochEnd.FAULT);
            return;
        }
        if (begun.get() && !lease.held()) {
            // A late answer could extend the lease again, but records kept meanwhile are not worth that reasoning.
            end(EpochEnd.LEASE_LOST);
            return;
        }
        Lease.Sent sent = lease.send();
        CanaryWatch.Doubt doubt = canary.doubt();
        var unused = connection
                .status()
                .thenApply(this::answered)
                .thenCombine(
                        connection.canaryWrittenAt(at -> look(at, doubt)),
                        (redisMillis, seen) -> confirm(sent, redisMillis, seen))
                .exceptionally(failure -> {
                    log.debug("a heartbeat of the feed failed: {}", failure.toString());
                    return false;
                });
    }

    /** Returns Redis' time. */
    private long answered(FeedConnection.Status status) {
        parts.clock().observe(status.redisMillis());
        if (!status.tracked()) {
            end(EpochEnd.TRACKING_OFF);
        }
        return status.redisMillis();
    }

    /** The canary as seen by a heartbeat. */
    private record Seen(long writtenAt, CanaryWatch.Verdict verdict) {}

    private Seen look(long writtenAt, CanaryWatch.@Nullable Doubt doubt) {
        CanaryWatch.Verdict verdict = canary.look(writtenAt, doubt);
        if (verdict == CanaryWatch.Verdict.MISSED) {
            end(EpochEnd.CANARY_MISSED);
        } else if (verdict == CanaryWatch.Verdict.DOUBTFUL && doubt == null) {
            // Settle the doubt now, not with the next heartbeat: a doubtful answer does not extend the lease.
            beat();
        }
        return new Seen(writtenAt, verdict);
    }

    /** Extends the lease, and begins the epoch once the connection is confirmed. */
    private boolean confirm(Lease.Sent sent, long redisMillis, Seen seen) {
        lastAnswer = parts.nanos().getAsLong();
        if (ended.get()) {
            return false;
        }
        if (!begun.get()) {
            boolean alive = redisMillis - seen.writtenAt < CANARY_STALE_MILLIS;
            lease.extend(sent);
            if ((canary.pushes() > 0 || !alive) && begun.compareAndSet(false, true)) {
                open();
            }
        } else if (lease.held() && seen.verdict == CanaryWatch.Verdict.FINE) {
            lease.extend(sent);
        }
        return true;
    }

    private long since(long nanos) {
        return parts.nanos().getAsLong() - nanos;
    }

    private void open() {
        try {
            NearCacheKeyIndex.Epoch opened = parts.cache().begin(parts.bound().apply(connection.records()), lease);
            epoch = opened;
            if (ended.get()) {
                // The session ended while the epoch began: in either order, the epoch must not stay.
                parts.cache().end(opened);
            }
        } catch (RuntimeException e) {
            log.error("the near cache could not begin", e);
            end(EpochEnd.FAULT);
        }
    }

    @Override
    public void changed(String name) {
        if (name.equals(parts.schema().canary())) {
            canaryPushed();
            return;
        }
        parts.schema().digestIn(name).ifPresent(parts.cache()::evictKey);
        parts.schema().workspaceIn(name).ifPresent(parts.cache()::evictWorkspace);
    }

    private void canaryPushed() {
        long arrived = parts.clock().redisMillis();
        canary.pushed();
        var unused = connection.canaryWrittenAt(at -> {
            // The local estimate of Redis' clock is inexact, so a slightly negative latency counts as 0. A clearly
            // negative latency means that the next canary was written before this read, so there is nothing to report.
            long millis = arrived - at;
            if (at > 0 && millis > -CANARY_NEXT_MILLIS) {
                parts.listener().canary(Math.max(0, millis));
            }
            return at;
        });
    }

    @Override
    public void flushed() {
        end(EpochEnd.FLUSHED);
    }

    @Override
    public void failed(Throwable failure) {
        log.error("a push could not be taken; everything in memory is forgotten", failure);
        end(EpochEnd.FAULT);
    }

    /** Drops all records in memory and has the connection replaced. Only the first call has an effect. */
    void end(EpochEnd cause) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        String reason = "the connection for pushes is replaced: " + cause.text();
        problem = reason;
        try {
            NearCacheKeyIndex.Epoch opened = epoch;
            if (opened != null) {
                parts.cache().end(opened);
                parts.listener().ended(cause);
            }
        } finally {
            // A lost connection is replaced by the link itself.
            if (cause != EpochEnd.DISCONNECTED) {
                giveUp.accept(connection, reason);
            }
        }
    }
}
