package dev.latchkey.server.ops;

import dev.latchkey.decision.Decision;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RedisLastUses;
import dev.latchkey.server.authz.DecisionListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record of when each key was last allowed, which {@link #flush} writes to Redis. It costs a check one table lookup.
 * Times that were not flushed are lost with the process, and keys beyond the size limit are not recorded.
 *
 * <p>This class is thread-safe.
 */
public final class LastUsed implements DecisionListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LastUsed.class);
    private static final int MAX_KEYS = 200_000;
    private static final int ROUND = 1000;
    /** Finer than any reader needs; limits how often a hot key writes to the same memory. */
    private static final long RESOLUTION_MILLIS = 1000;

    private static final long CLOSE_LIMIT_SECONDS = 1;

    private final RedisLastUses store;
    private final LongSupplier redisMillis;
    private final Map<String, Use> uses = new ConcurrentHashMap<>();

    /** The end of the last flush in the chain of flushes; never fails. */
    private CompletableFuture<Void> flushed = CompletableFuture.completedFuture(null);

    /** The last use of one key, and the part of it that Redis has noted. */
    private static final class Use {
        private final String key;
        private final String workspace;
        private volatile long at;
        private volatile long noted;

        Use(KeyRecord key, long at) {
            this.key = key.id();
            this.workspace = key.workspace();
            this.at = at;
        }

        boolean isNew() {
            return at > noted;
        }
    }

    /** @param redisMillis the time of Redis in epoch milliseconds, never ahead of the clock of Redis */
    public LastUsed(RedisLastUses store, LongSupplier redisMillis) {
        this.store = store;
        this.redisMillis = redisMillis;
    }

    @Override
    public void decided(Decision decision, long nanos) {
        KeyRecord key = decision.key();
        if (key == null || !(decision instanceof Decision.Allow)) {
            return;
        }
        long now = redisMillis.getAsLong();
        Use use = uses.get(key.id());
        if (use == null) {
            if (uses.size() >= MAX_KEYS) {
                return;
            }
            use = uses.computeIfAbsent(key.id(), id -> new Use(key, now));
        }
        if (now - use.at >= RESOLUTION_MILLIS) {
            use.at = now;
        }
    }

    /**
     * Writes the new times to Redis, after the previous flush has ended. The keys are written in rounds, so that the
     * number of commands in flight and the garbage they leave do not grow with the number of keys.
     *
     * @return completes when the flush has ended, also if Redis was not reachable, which is no fault; never fails
     */
    public synchronized CompletableFuture<Void> flush() {
        flushed = flushed.thenCompose(over -> send(news(), 0)).exceptionally(fault -> {
            log.warn("the last uses of keys were not noted, which is tried again", fault);
            return null;
        });
        return flushed;
    }

    /**
     * Returns the uses that Redis has not noted, grouped by workspace so that a round needs few commands. Keys without
     * a new use are removed to make room.
     */
    private List<Use> news() {
        uses.values().removeIf(use -> !use.isNew());
        Map<String, List<Use>> byWorkspace =
                uses.values().stream().collect(Collectors.groupingBy(use -> use.workspace));
        List<Use> all = new ArrayList<>();
        byWorkspace.values().forEach(all::addAll);
        return all;
    }

    /** Flushes, and waits a limited time for the flush to end. */
    @Override
    public void close() {
        try {
            flush().get(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("the last uses of keys are lost: {}", e.toString());
        }
    }

    /**
     * Sends the uses from index {@code from} on. If Redis does not answer a round, that round and the rest wait for
     * the next flush.
     */
    private CompletableFuture<Void> send(List<Use> all, int from) {
        if (from == all.size()) {
            return CompletableFuture.completedFuture(null);
        }
        int to = Math.min(from + ROUND, all.size());
        return sendRound(all.subList(from, to))
                .thenCompose(answered -> answered ? send(all, to) : CompletableFuture.completedFuture(null));
    }

    /**
     * Sends a round, with one command for each workspace in it. The future completes with whether Redis has answered
     * every command; it never fails.
     */
    private CompletableFuture<Boolean> sendRound(List<Use> round) {
        Map<String, List<Use>> byWorkspace = round.stream().collect(Collectors.groupingBy(use -> use.workspace));
        List<CompletableFuture<Boolean>> sent = new ArrayList<>();
        byWorkspace.forEach((workspace, some) -> sent.add(send(workspace, some)));
        return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                .thenApply(done -> sent.stream().allMatch(CompletableFuture::join));
    }

    private CompletableFuture<Boolean> send(String workspace, List<Use> some) {
        Map<String, Long> news = new HashMap<>();
        some.forEach(use -> news.put(use.key, use.at));
        return store.note(workspace, news).handle((noted, failure) -> {
            if (failure != null) {
                log.debug("the last uses of keys of {} wait: {}", workspace, failure.toString());
                return false;
            }
            if (noted) {
                // The time that was sent, since the key might have been used again.
                some.forEach(use -> use.noted = news.getOrDefault(use.key, 0L));
            }
            // A refusal counts as an answer: it might concern this workspace only, so the other rounds go on.
            return true;
        });
    }
}
