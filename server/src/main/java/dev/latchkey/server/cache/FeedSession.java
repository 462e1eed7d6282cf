package dev.latchkey.server.cache;

import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.RedisKeyIndex;
import dev.latchkey.index.RedisLink;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TrackingInfo;
import io.lettuce.core.TrackingInfo.TrackingFlag;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
 *
 * <p>Pushes are shown to the cache on the connection's event loop, in the order of the stream, before any later answer is.
 */
final class FeedSession implements PushListener {
    private static final Logger log = LoggerFactory.getLogger(FeedSession.class);
    private static final long CANARY_STALE_MILLIS = 15_000;
    /** A connection that is not confirmed and answers nothing for so long is given up. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** What Redis has refused is tried again after this: somebody may have permitted it. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final String UNSUPPORTED = "nothing is kept in memory: Redis, or a proxy before it, ";

    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> redis;
    private final InvalidationFeed.Parts parts;
    private final BiConsumer<StatefulRedisConnection<String, String>, String> giveUp;
    private final Lease lease;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile NearCacheKeyIndex.@Nullable Epoch epoch;
    /** Whether the connection can carry pushes at all. */
    private volatile boolean pushes;

    private volatile boolean tracking;
    private volatile long lastAnswer;
    private volatile long askedToTrack;
    /** Pushes of the canary on this connection. */
    private final AtomicLong canaries = new AtomicLong();

    /** What the last heartbeat has seen: it is for one heartbeat after the other. */
    private volatile Canary canary = new Canary(0, 0);

    private volatile @Nullable String problem = "the connection for pushes is not confirmed yet";

    /** @param giveUp takes the connection and why */
    FeedSession(
            StatefulRedisConnection<String, String> connection,
            InvalidationFeed.Parts parts,
            BiConsumer<StatefulRedisConnection<String, String>, String> giveUp) {
        this.connection = connection;
        this.redis = connection.async();
        this.parts = parts;
        this.giveUp = giveUp;
        this.lease = new Lease(parts.leaseNanos(), parts.nanos(), parts.wallMillis());
        this.lastAnswer = parts.nanos().getAsLong();
    }

    /**
     * The canary as one heartbeat saw it.
     *
     * @param writtenAt epoch milliseconds by Redis' clock, 0 if there is none
     * @param pushesBefore pushes of it before the heartbeat was sent
     */
    private record Canary(long writtenAt, long pushesBefore) {}

    /** Asks for pushes; the heartbeats do the rest. */
    void begin() {
        if (!RedisLink.carriesPushes(connection)) {
            // The link has said so in the log.
            problem = UNSUPPORTED + "speaks RESP2 only, without pushes";
            return;
        }
        pushes = true;
        connection.addListener(this);
        track();
    }

    private void track() {
        askedToTrack = parts.nanos().getAsLong();
        String[] prefixes = parts.schema().tracked().toArray(String[]::new);
        var unused = redis.clientTracking(TrackingArgs.Builder.enabled().bcast().prefixes(prefixes))
                .whenComplete((ok, failure) -> {
                    if (failure == null) {
                        tracking = true;
                        beat();
                    } else {
                        notTracked(IndexException.unwrap(failure));
                    }
                });
    }

    private void notTracked(Throwable failure) {
        if (!(failure instanceof RedisCommandExecutionException)) {
            end(EpochEnd.FAULT);
            return;
        }
        String refused = UNSUPPORTED + "does not track changes by prefix: " + failure.getMessage();
        if (!refused.equals(problem)) {
            log.warn("{}", refused);
        }
        problem = refused;
    }

    boolean isOn(StatefulRedisConnection<String, String> other) {
        return connection == other;
    }

    Optional<String> problem() {
        return lease.held() && begun.get() ? Optional.empty() : Optional.ofNullable(problem);
    }

    boolean sawCanary() {
        return canaries.get() > 0 && !ended.get();
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
            if (tracking) {
                ask();
            } else if (pushes && parts.nanos().getAsLong() - askedToTrack > REFUSED_NANOS) {
                track();
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
        if (!begun.get() && parts.nanos().getAsLong() - lastAnswer > SILENCE_NANOS) {
            end(EpochEnd.LEASE_LOST);
            return;
        }
        Lease.Sent sent = lease.send();
        long pushesBefore = canaries.get();
        var unused = redis.clientTrackinginfo()
                .thenCombine(redis.time(), this::answered)
                .thenCombine(
                        canaryWrittenAt(),
                        (redisMillis, at) -> confirm(sent, redisMillis, new Canary(at, pushesBefore)))
                .exceptionally(failure -> {
                    log.debug("a heartbeat of the feed failed: {}", failure.toString());
                    return false;
                });
    }

    @Override
    public void onPushMessage(PushMessage message) {
        try {
            if (message.getType().equals("invalidate")) {
                invalidate(message.getContent(StringCodec.UTF8::decodeKey));
            }
        } catch (Throwable e) {
            log.error("a push could not be taken; everything in memory is forgotten", e);
            end(EpochEnd.FAULT);
        }
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

    /** @param content the word "invalidate", and names, or null for all */
    private void invalidate(List<Object> content) {
        if (!(content.get(1) instanceof List<?> names)) {
            end(EpochEnd.FLUSHED);
            return;
        }
        for (Object name : names) {
            evict((String) name);
        }
    }

    private void evict(String name) {
        if (name.equals(parts.schema().canary())) {
            canary();
            return;
        }
        parts.schema().digestIn(name).ifPresent(parts.cache()::evictKey);
        parts.schema().workspaceIn(name).ifPresent(parts.cache()::evictWorkspace);
    }

    private void canary() {
        long arrived = parts.clock().redisMillis();
        canaries.incrementAndGet();
        var unused = canaryWrittenAt().thenAccept(at -> {
            // A later canary may have been written before it was read; what took longer than that is not seen here.
            if (at > 0 && arrived >= at) {
                parts.listener().canary(arrived - at);
            }
        });
    }

    /** Returns epoch milliseconds by Redis' clock; 0 if there is no canary. */
    private CompletionStage<Long> canaryWrittenAt() {
        return redis.hgetall(parts.schema().canary())
                .thenApply(fields -> Long.parseLong(fields.getOrDefault("at", "0")));
    }

    /** Returns Redis' time. */
    private long answered(TrackingInfo info, List<String> time) {
        long redisMillis = IndexClock.millis(time);
        parts.clock().observe(redisMillis);
        if (!info.getFlags().contains(TrackingFlag.ON)
                || !info.getFlags().contains(TrackingFlag.BCAST)
                || !info.getPrefixes().containsAll(parts.schema().tracked())) {
            end(EpochEnd.TRACKING_OFF);
        }
        return redisMillis;
    }

    /** Prolongs the lease, and begins the epoch or looks whether pushes are still to be seen. */
    private boolean confirm(Lease.Sent sent, long redisMillis, Canary seen) {
        lastAnswer = parts.nanos().getAsLong();
        Canary before = canary;
        canary = seen;
        if (ended.get()) {
            return false;
        }
        if (!begun.get()) {
            boolean alive = redisMillis - seen.writtenAt < CANARY_STALE_MILLIS;
            lease.extend(sent);
            if ((canaries.get() > 0 || !alive) && begun.compareAndSet(false, true)) {
                open();
            }
        } else if (before.writtenAt > 0
                && seen.writtenAt != before.writtenAt
                && canaries.get() == before.pushesBefore) {
            // It was written since then, and the push would have come before the answer that shows it.
            end(EpochEnd.CANARY_MISSED);
        } else if (lease.held()) {
            lease.extend(sent);
        }
        return true;
    }

    private void open() {
        try {
            NearCacheKeyIndex.Epoch opened =
                    parts.cache().begin(parts.bound().apply(new RedisKeyIndex(() -> redis, parts.schema())), lease);
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
}
