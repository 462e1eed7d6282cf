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
 * Remembers when keys were last let through, and now and then has Redis note it. Costs a request one look into a table; what is
 * not noted yet is lost with the process, and what does not fit is left out.
 *
 * <p>This class is thread-safe.
 */
public final class LastUsed implements DecisionListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LastUsed.class);
    private static final int MAX_KEYS = 200_000;
    private static final int ROUND = 1000;
    /** Finer than anybody looks; keeps a hot key from writing the same memory all the time. */
    private static final long RESOLUTION_MILLIS = 1000;

    private static final long CLOSE_LIMIT_SECONDS = 1;

    private final RedisLastUses store;
    private final LongSupplier redisMillis;
    private final Map<String, Use> uses = new ConcurrentHashMap<>();

    /** Of one flush after the other; it never fails. */
    private CompletableFuture<Void> flushed = CompletableFuture.completedFuture(null);

    /** The uses of one key. */
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

    /** @param redisMillis Redis' time, epoch milliseconds, never ahead of it */
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
     * Has Redis note what is new, once what was begun before is over. It goes a round of keys after the other, so that what is
     * under way at a time, and garbage afterwards, does not grow with the number of keys.
     *
     * @return completes when that is done, or failed, which is no fault; it never fails
     */
    public synchronized CompletableFuture<Void> flush() {
        flushed = flushed.thenCompose(over -> send(news(), 0)).exceptionally(fault -> {
            log.warn("the last uses of keys were not noted, which is tried again", fault);
            return null;
        });
        return flushed;
    }

    /** Returns what is new, by workspace, which makes few commands of it. Who was not used since the last time makes room. */
    private List<Use> news() {
        uses.values().removeIf(use -> !use.isNew());
        Map<String, List<Use>> byWorkspace =
                uses.values().stream().collect(Collectors.groupingBy(use -> use.workspace));
        List<Use> all = new ArrayList<>();
        byWorkspace.values().forEach(all::addAll);
        return all;
    }

    /** Notes what is new and waits for that, for a moment at most. */
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

    /** Sends what is left of all from here on. What Redis does not answer waits for the next flush, and so does the rest. */
    private CompletableFuture<Void> send(List<Use> all, int from) {
        if (from == all.size()) {
            return CompletableFuture.completedFuture(null);
        }
        int to = Math.min(from + ROUND, all.size());
        return sendRound(all.subList(from, to))
                .thenCompose(answered -> answered ? send(all, to) : CompletableFuture.completedFuture(null));
    }

    /** Sends a round, a command for each workspace in it. The future says whether Redis has answered each; it never fails. */
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
                some.forEach(use -> use.noted = news.getOrDefault(use.key, 0L));
            }
            return true;
        });
    }
}
