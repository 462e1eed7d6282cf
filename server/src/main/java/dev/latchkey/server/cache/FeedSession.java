package dev.latchkey.server.cache;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.RedisKeyIndex;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TrackingInfo;
import io.lettuce.core.TrackingInfo.TrackingFlag;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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
 *
 * <p>Pushes are shown to the cache on the connection's event loop, in the order of the stream, before any later answer is.
 */
final class FeedSession implements PushListener {
    private static final Logger log = LoggerFactory.getLogger(FeedSession.class);
    private static final long CANARY_STALE_MILLIS = 15_000;
    /** Longer than a canary may be old: a younger one must have been pushed. */
    private static final long CANARY_MISSED_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final String UNSUPPORTED = "nothing is kept in memory: Redis, or a proxy before it, ";

    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> redis;
    private final InvalidationFeed.Parts parts;
    private final BiConsumer<StatefulRedisConnection<String, String>, String> giveUp;
    private final Lease lease;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile NearCacheKeyIndex.@Nullable Epoch epoch;
    private volatile boolean tracking;
    private volatile long lastCanary;
    private volatile boolean canarySeen;
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
        this.lastCanary = parts.nanos().getAsLong();
    }

    /** Asks for pushes; the heartbeats do the rest. */
    void begin() {
        if (!(connection instanceof StatefulRedisConnectionImpl<?, ?> known)
                || known.getConnectionState().getNegotiatedProtocolVersion() != ProtocolVersion.RESP3) {
            // The link has said so in the log.
            problem = UNSUPPORTED + "speaks RESP2 only, without pushes";
            return;
        }
        connection.addListener(this);
        String[] prefixes = parts.schema().tracked().toArray(String[]::new);
        var unused = redis.clientTracking(TrackingArgs.Builder.enabled().bcast().prefixes(prefixes))
                .whenComplete((ok, failure) -> {
                    if (failure == null) {
                        tracking = true;
                        beat();
                    } else {
                        problem = UNSUPPORTED + "does not track changes by prefix: "
                                + IndexException.unwrap(failure).getMessage();
                        log.warn("{}", problem);
                    }
                });
    }

    boolean isOn(StatefulRedisConnection<String, String> other) {
        return connection == other;
    }

    Optional<String> problem() {
        return lease.held() && begun.get() ? Optional.empty() : Optional.ofNullable(problem);
    }

    boolean sawCanary() {
        return canarySeen && !ended.get();
    }

    long leaseRemainingNanos() {
        return begun.get() && !ended.get() ? lease.remainingNanos() : 0;
    }

    /** Asks whether Redis still tracks, and what time it is. */
    void beat() {
        if (!tracking || ended.get()) {
            return;
        }
        try {
            ask();
        } catch (RuntimeException e) {
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
        long sent = parts.nanos().getAsLong();
        var unused = redis.clientTrackinginfo()
                .thenCombine(redis.time(), (info, time) -> answered(sent, info, time))
                .thenCombine(canaryWrittenAt(), this::confirm)
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
        } catch (RuntimeException e) {
            log.error("a push could not be taken; everything in memory is forgotten", e);
            end(EpochEnd.FAULT);
        }
    }

    /** Forgets everything and has the connection replaced. Does so once; later calls do nothing. */
    void end(EpochEnd cause) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        NearCacheKeyIndex.Epoch opened = epoch;
        if (opened != null) {
            parts.cache().end(opened);
            parts.listener().ended(cause);
        }
        problem = "the connection for pushes is replaced: " + cause.text();
        if (cause != EpochEnd.DISCONNECTED) {
            giveUp.accept(connection, problem);
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
        lastCanary = parts.nanos().getAsLong();
        canarySeen = true;
        var unused = canaryWrittenAt().thenAccept(at -> {
            if (at > 0) {
                parts.listener().canary(Math.max(0, arrived - at));
            }
        });
    }

    /** Returns epoch milliseconds by Redis' clock; 0 if there is no canary. */
    private CompletionStage<Long> canaryWrittenAt() {
        return redis.hgetall(parts.schema().canary())
                .thenApply(fields -> Long.parseLong(fields.getOrDefault("at", "0")));
    }

    /** Returns Redis' time. */
    private long answered(long sent, TrackingInfo info, List<String> time) {
        long redisMillis = Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
        parts.clock().observe(redisMillis);
        if (!info.getFlags().contains(TrackingFlag.ON)
                || !info.getFlags().contains(TrackingFlag.BCAST)
                || !info.getPrefixes().containsAll(parts.schema().tracked())) {
            end(EpochEnd.TRACKING_OFF);
        } else if (!begun.get() || lease.held()) {
            lease.extend(sent);
        }
        return redisMillis;
    }

    /** Begins the epoch, or looks whether pushes are still to be seen. */
    private boolean confirm(long redisMillis, long canaryAt) {
        boolean alive = redisMillis - canaryAt < CANARY_STALE_MILLIS;
        if (begun.get()) {
            if (alive && parts.nanos().getAsLong() - lastCanary > CANARY_MISSED_NANOS) {
                end(EpochEnd.CANARY_MISSED);
            }
        } else if ((canarySeen || !alive) && !ended.get() && begun.compareAndSet(false, true)) {
            open();
        }
        return true;
    }

    private void open() {
        NearCacheKeyIndex.Epoch opened =
                parts.cache().begin(parts.bound().apply(new RedisKeyIndex(() -> redis, parts.schema())), lease);
        epoch = opened;
        if (ended.get()) {
            // It ended while it began: whoever was first, nothing stays.
            parts.cache().end(opened);
        }
    }
}
