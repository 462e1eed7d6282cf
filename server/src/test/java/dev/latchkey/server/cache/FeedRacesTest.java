package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.server.feed.EpochEnd;
import dev.latchkey.server.feed.OneKey;
import dev.latchkey.server.feed.RealFeed;
import dev.latchkey.server.feed.TappedLink;
import dev.latchkey.server.feed.Unmarked;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers of a real Redis, overtaken on their way into memory or into a decision by what has happened since. */
class FeedRacesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KEYS = 256;
    private static final int READERS = 16;
    private static final int WRITES = 10_000;
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Gate gate = new Gate();
    private final Set<String> pushed = ConcurrentHashMap.newKeySet();
    private RealFeed near;

    @BeforeEach
    void make() throws IOException {
        near = new RealFeed(REDIS)
                .lease(Duration.ofMinutes(10))
                .reader(gate::before)
                .link(real -> TappedLink.afterChange(real, pushed::add));
    }

    @AfterEach
    void stop() throws IOException {
        near.close();
    }

    @Test
    void push_overtakesTheAnswerOnItsWayIntoMemory_theNextCheckReadsRedis() {
        near.start();

        assertThat(overtaken().join().reason()).as("asked before the revoke").isEqualTo(Reason.OK);
        assertThat(near.decide()).isEqualTo(Reason.REVOKED_KEY);
    }

    @Test
    void placeholder_off_pushOvertakesTheAnswerOnItsWayIntoMemory_isAStaleAllow() {
        near.cache(Careless::new).start();

        assertThat(overtaken().join().reason()).isEqualTo(Reason.OK);
        assertThat(near.decide()).isEqualTo(Reason.OK);
    }

    /**
     * Returns a decision that was asked for before the key was revoked, and whose answer of Redis was taken after the
     * push.
     */
    private CompletableFuture<Decision> overtaken() {
        near.seed();
        awaitPush(OneKey.WORKSPACE);
        gate.shut();
        CompletableFuture<Decision> asked = OneKey.ask(near.cache);
        gate.awaitHeld();
        pushed.clear();
        near.revoke();
        RealFeed.patiently().until(() -> pushed.contains(near.schema.key(OneKey.DIGEST)));
        gate.open();
        return asked;
    }

    @Test
    void epoch_endsWhileADecisionWaits_itIsDecidedAnew() {
        near.start();

        assertThat(decidedAcrossAnEpoch(near.cache)).isEqualTo(Reason.REVOKED_KEY);
    }

    @Test
    void checkAfterAwait_off_epochEndsWhileADecisionWaits_isAStaleAllow() {
        near.start();

        assertThat(decidedAcrossAnEpoch(new Unmarked(near.cache))).isEqualTo(Reason.OK);
    }

    /**
     * Returns a decision whose key was in memory and whose workspace came when the key had been revoked in another
     * epoch.
     */
    private Reason decidedAcrossAnEpoch(KeyIndex index) {
        near.warm();
        pushed.clear();
        REDIS.store(near.schema, OneKey.WORKSPACE);
        awaitPush(OneKey.WORKSPACE);
        gate.shut();
        CompletableFuture<Decision> asked = OneKey.ask(index);
        gate.awaitHeld();

        REDIS.commands().clientKill(KillArgs.Builder.id(near.trackedId()));
        near.awaitEnd(EpochEnd.DISCONNECTED);
        near.revoke();
        near.awaitOpen();
        gate.open();
        return asked.join().reason();
    }

    /** Each write makes a record newer; once its push was dealt with nobody may find an older one. */
    @Test
    void manyWritesWhileManyRead_nothingOlderThanThePushIsEverFound() throws Exception {
        near.start();
        AtomicLongArray least = new AtomicLongArray(KEYS);
        for (int i = 0; i < KEYS; i++) {
            REDIS.store(near.schema, digest(i), record(0));
        }
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        List<Future<Long>> readers = new ArrayList<>();
        long writes = 0;
        try {
            for (int i = 0; i < READERS; i++) {
                int seed = i;
                readers.add(threads.submit(() -> readUntilTheEnd(least, new Random(seed))));
            }
            Random random = new Random(4711);
            long start = System.nanoTime();
            while (writes < WRITES && System.nanoTime() - start < LONGEST.toNanos()) {
                int[] batch = random.ints(0, KEYS).distinct().limit(32).toArray();
                write(batch, ++writes, least);
                writes += batch.length - 1;
            }
        } finally {
            IntStream.range(0, KEYS).forEach(i -> least.set(i, Long.MAX_VALUE));
        }
        long hits = near.cache.counters().hits();
        for (Future<Long> reader : readers) {
            assertThat(reader.get(60, TimeUnit.SECONDS))
                    .as("stale of one reader")
                    .isZero();
        }
        threads.shutdown();
        assertThat(writes).isGreaterThan(100);
        assertThat(hits).as("found in memory").isPositive();
        assertThat(near.ends).isEmpty();
    }

    /** Returns how often a record was found that was older than one whose push had been dealt with before. */
    private long readUntilTheEnd(AtomicLongArray least, Random random) {
        long stale = 0;
        while (true) {
            int i = random.nextInt(KEYS);
            long expected = least.get(i);
            if (expected == Long.MAX_VALUE) {
                return stale;
            }
            long found = near.cache.findKey(digest(i)).join().orElseThrow().rev();
            if (found < expected) {
                stale++;
            }
        }
    }

    /**
     * Revokes the keys of a batch, or brings them back, under a new revision, and waits until the pushes were dealt
     * with.
     */
    private void write(int[] batch, long rev, AtomicLongArray least) {
        pushed.clear();
        List<String> names =
                IntStream.of(batch).mapToObj(i -> near.schema.key(digest(i))).toList();
        for (String name : names) {
            var unused = REDIS.async().hset(name, IndexSchema.encode(record(rev)));
        }
        RealFeed.patiently()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> pushed.containsAll(names));
        for (int i : batch) {
            least.set(i, rev);
        }
    }

    private void awaitPush(WorkspaceRecord workspace) {
        RealFeed.patiently().until(() -> pushed.contains(near.schema.workspace(workspace.id())));
    }

    private static KeyDigest digest(int i) {
        return Digests.named("key" + i);
    }

    private static KeyRecord record(long rev) {
        KeyRecord one = OneKey.with(rev % 2 == 0 ? KeyRecord.State.ACTIVE : KeyRecord.State.REVOKED, "a");
        return new KeyRecord(
                one.id(), one.workspace(), one.environment(), one.scopes(), one.state(), one.expiresAt(), rev);
    }

    /** Stores every answer, whatever was pushed meanwhile. */
    private static final class Careless extends NearCacheKeyIndex {
        private final LongSupplier nanos;
        private final CacheLimits limits;

        Careless(KeyIndex direct, CacheLimits limits, LongSupplier nanos) {
            super(direct, limits, nanos);
            this.limits = limits;
            this.nanos = nanos;
        }

        @Override
        <K, V> CachedRecords<K, V> records(Function<K, CompletableFuture<Optional<V>>> reader) {
            return new CachedRecords<>(reader, limits, nanos, counters()) {
                @Override
                boolean mayStore(Flight<V> answered, @Nullable Flight<V> standing) {
                    return true;
                }
            };
        }
    }
}
