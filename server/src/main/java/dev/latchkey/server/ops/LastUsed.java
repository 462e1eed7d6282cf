package dev.latchkey.server.ops;

import dev.latchkey.decision.Decision;
import dev.latchkey.index.RedisLastUses;
import dev.latchkey.key.KeyRecord;
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
    private static final int MAX_BATCH = 1000;
    /** Finer than anybody looks; keeps a hot key from writing the same memory all the time. */
    private static final long RESOLUTION_MILLIS = 1000;

    private static final long CLOSE_LIMIT_SECONDS = 1;

    private final RedisLastUses store;
    private final LongSupplier redisMillis;
    private final Map<String, Use> uses = new ConcurrentHashMap<>();

    /** The uses of one key. */
    private static final class Use {
        private final String workspace;
        private volatile long at;
        private volatile long noted;

        Use(String workspace) {
            this.workspace = workspace;
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
        Use use = uses.get(key.id());
        if (use == null) {
            if (uses.size() >= MAX_KEYS) {
                return;
            }
            use = uses.computeIfAbsent(key.id(), id -> new Use(key.workspace()));
        }
        long now = redisMillis.getAsLong();
        if (now - use.at >= RESOLUTION_MILLIS) {
            use.at = now;
        }
    }

    /** Has Redis note what is new. The future completes when that is done, or failed, which is no fault; it never fails. */
    public CompletableFuture<Void> flush() {
        Map<String, Map<String, Long>> news = new HashMap<>();
        uses.forEach((id, use) -> {
            long at = use.at;
            if (at > use.noted) {
                news.computeIfAbsent(use.workspace, workspace -> new HashMap<>())
                        .put(id, at);
            } else {
                // Not used since the last time: its place is for others.
                uses.remove(id, use);
            }
        });
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        news.forEach((workspace, all) -> batches(all).forEach(batch -> sent.add(send(workspace, batch))));
        return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
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

    private CompletableFuture<Void> send(String workspace, Map<String, Long> batch) {
        return store.note(workspace, batch).handle((count, failure) -> {
            if (failure == null) {
                batch.forEach(this::noted);
            } else {
                // Redis is away; the next time has it again.
                log.debug("the last uses of keys of {} wait: {}", workspace, failure.toString());
            }
            return null;
        });
    }

    private void noted(String id, long at) {
        Use use = uses.get(id);
        if (use != null) {
            use.noted = at;
        }
    }

    private static List<Map<String, Long>> batches(Map<String, Long> all) {
        List<Map<String, Long>> batches = new ArrayList<>();
        Map<String, Long> batch = new HashMap<>();
        for (Map.Entry<String, Long> use : all.entrySet()) {
            if (batch.isEmpty() || batch.size() == MAX_BATCH) {
                batch = new HashMap<>();
                batches.add(batch);
            }
            batch.put(use.getKey(), use.getValue());
        }
        return batches;
    }
}
