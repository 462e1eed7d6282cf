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
 * One tracked connection, from its login to its end.
 *
 * <p>It is confirmed, and an epoch begun, once Redis speaks RESP3 on it (on RESP2 tracking answers OK and pushes nothing), says
 * that it tracks, and has pushed a canary: or nobody has written one for 15 seconds. Every heartbeat asks again whether it
 * tracks; its answer, coming after all pushes of earlier writes in the same stream, prolongs the lease.
 */
final class FeedSession implements FeedConnection.Pushes {
    private static final Logger log = LoggerFactory.getLogger(FeedSession.class);
    private static final long CANARY_STALE_MILLIS = 15_000;
    /** Less than lies between two canaries. */
    private static final long CANARY_NEXT_MILLIS = 500;

    /** A connection that is not confirmed and answers nothing for so long is given up. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** What Redis has refused is tried again after this: somebody may have permitted it. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What Redis cannot do now is tried again after this. */
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
    /** Whether the connection can carry pushes at all. */
    private volatile boolean pushes;

    private volatile boolean tracking;
    private volatile long lastAnswer;
    private volatile long askedToTrack;
    private volatile long trackAgainAfter = REFUSED_NANOS;
    private volatile @Nullable String problem = "the connection for pushes is not confirmed yet";

    /** @param giveUp takes the connection and why */
    FeedSession(FeedConnection connection, InvalidationFeed.Parts parts, BiConsumer<FeedConnection, String> giveUp) {
        this.connection = connection;
        this.parts = parts;
        this.giveUp = giveUp;
        this.lease = parts.leases().get();
        this.lastAnswer = parts.nanos().getAsLong();
    }

    /** Asks for pushes; the heartbeats do the rest. */
    void begin() {
        if (!connection.carriesPushes()) {
            // The link has said so in the log.
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

    /** Only what Redis is known not to do, or not to permit, is called unsupported: the rest passes. */
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

    /** Asks whether Redis still tracks, and what time it is. */
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
            // It may hold again with the next answer; what was kept meanwhile is not worth a thought.
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

    /** The canary as a heartbeat sees it. */
    private record Seen(long writtenAt, CanaryWatch.Verdict verdict) {}

    private Seen look(long writtenAt, CanaryWatch.@Nullable Doubt doubt) {
        CanaryWatch.Verdict verdict = canary.look(writtenAt, doubt);
        if (verdict == CanaryWatch.Verdict.MISSED) {
            end(EpochEnd.CANARY_MISSED);
        } else if (verdict == CanaryWatch.Verdict.DOUBTFUL && doubt == null) {
            beat();
        }
        return new Seen(writtenAt, verdict);
    }

    /** Prolongs the lease, and begins the epoch. */
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
                // It ended while it began: whoever was first, nothing stays.
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
            // Redis' clock is known to within its last answer: what seems to come before it was written has taken no
            // time.
            // But a later canary, a second on, may have been written before this one was read.
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

    /** Forgets everything and has the connection replaced. Does so once; later calls do nothing. */
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
            if (cause != EpochEnd.DISCONNECTED) {
                giveUp.accept(connection, reason);
            }
        }
    }
}
