package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.BoundedKeyIndex;
import dev.latchkey.index.FaultProxy;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.KeyIndexContract;
import dev.latchkey.index.ReadBudget;
import dev.latchkey.index.RealRedis;
import dev.latchkey.index.RedisKeyIndex;
import dev.latchkey.index.RedisLastUses;
import dev.latchkey.index.RedisLink;
import dev.latchkey.index.RedisResources;
import dev.latchkey.index.Resp2Proxy;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.CopyArgs;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The near cache on a real Redis, behind a proxy that can misbehave: the contract, and each way to lose an epoch. */
class InvalidationFeedTest extends KeyIndexContract {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final KeyDigest DIGEST = new KeyDigest("1.abc");
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final IndexSchema schema = new IndexSchema("latchkey:");
    private final RedisResources resources = new RedisResources();
    private final List<EpochEnd> ends = new CopyOnWriteArrayList<>();
    private final List<Long> canaries = new CopyOnWriteArrayList<>();
    private FaultProxy proxy;
    private RedisLink direct;
    private RedisLink tracked;
    private NearCacheKeyIndex cache;
    private InvalidationFeed feed;

    @BeforeEach
    void start() throws Exception {
        proxy = new FaultProxy(REDIS.port());
        direct = link("redis://127.0.0.1:" + REDIS.port());
        tracked = link("redis://127.0.0.1:" + proxy.port());
        cache = new NearCacheKeyIndex(
                new RedisKeyIndex(direct, schema),
                new CacheLimits(1000, 1000, Duration.ofMinutes(5)),
                System::nanoTime);
        feed = feed(tracked);
        direct.start();
        feed.start(resources.client().eventExecutorGroup());
        Awaitility.await().until(cache::open);
    }

    private InvalidationFeed feed(RedisLink link) {
        return new InvalidationFeed(
                link,
                cache,
                schema,
                new IndexClock(System::currentTimeMillis, System::nanoTime),
                index -> new BoundedKeyIndex(index, new ReadBudget(1000)),
                new FeedListener() {
                    @Override
                    public void ended(EpochEnd cause) {
                        ends.add(cause);
                    }

                    @Override
                    public void canary(long millis) {
                        canaries.add(millis);
                    }
                },
                LEASE.toNanos());
    }

    @AfterEach
    void stop() throws Exception {
        feed.close();
        tracked.close();
        direct.close();
        resources.close();
        proxy.close();
    }

    @Override
    protected KeyIndex index() {
        return cache;
    }

    @Override
    protected void store(KeyDigest digest, KeyRecord key) {
        REDIS.store(schema, digest, key);
    }

    @Override
    protected void store(WorkspaceRecord workspace) {
        REDIS.store(schema, workspace);
    }

    @Test
    void find_hot_readsNothing() {
        warm();
        long misses = cache.counters().misses();

        for (int i = 0; i < 1000; i++) {
            assertThat(cache.findKey(DIGEST).join()).isPresent();
        }

        assertThat(cache.counters().misses()).isEqualTo(misses);
    }

    @Test
    void revoke_isSeenWithoutAnotherCause() {
        warm();

        REDIS.commands().hset(schema.key(DIGEST), "state", "revoked");

        Awaitility.await()
                .until(() -> cache.findKey(DIGEST).join().orElseThrow().revoked());
        assertThat(ends).isEmpty();
    }

    @Test
    void transaction_ofTwoKeys_evictsBoth() {
        KeyDigest other = new KeyDigest("1.def");
        store(other, key(KeyRecord.State.ACTIVE));
        warm();
        assertThat(cache.findKey(other).join()).isPresent();

        REDIS.commands()
                .eval(
                        "redis.call('HSET', KEYS[1], 'state', 'revoked') redis.call('HSET', KEYS[2], 'state', 'revoked')",
                        ScriptOutputType.STATUS,
                        schema.key(DIGEST),
                        schema.key(other));

        Awaitility.await()
                .until(() -> cache.findKey(DIGEST).join().orElseThrow().revoked()
                        && cache.findKey(other).join().orElseThrow().revoked());
    }

    @Test
    void flushall_forgetsEverythingAndComesBack() {
        warm();

        REDIS.commands().flushall();

        Awaitility.await().until(() -> cache.findKey(DIGEST).join().isEmpty());
        Awaitility.await().until(() -> ends.contains(EpochEnd.FLUSHED));
        Awaitility.await().until(cache::open);
    }

    @Test
    void clientKill_isANewEpochAndARevokeInTheGapIsSeen() {
        warm();

        REDIS.commands().clientKill(KillArgs.Builder.typeNormal());
        REDIS.commands().hset(schema.key(DIGEST), "state", "revoked");

        Awaitility.await().until(() -> ends.contains(EpochEnd.DISCONNECTED));
        Awaitility.await().until(cache::open);
        assertThat(cache.findKey(DIGEST).join().orElseThrow().revoked()).isTrue();
    }

    @Test
    void halfOpenLink_revokedKey_isNotAllowedLongerThanTheLease() {
        warm();
        proxy.freeze();

        REDIS.commands().hset(schema.key(DIGEST), "state", "revoked");
        long revoked = System.nanoTime();

        long last = revoked;
        while (!cache.findKey(DIGEST).join().orElseThrow().revoked()) {
            last = System.nanoTime();
        }
        assertThat(last - revoked).isLessThan(LEASE.toNanos());
        Awaitility.await().until(() -> ends.contains(EpochEnd.LEASE_LOST));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(cache::open);
    }

    @Test
    void trackingTurnedOff_isNoticedWithinTheLease() throws Exception {
        warm();
        tracked.commands().clientTracking(TrackingArgs.Builder.enabled(false)).get(5, TimeUnit.SECONDS);
        REDIS.commands().hset(schema.key(DIGEST), "state", "revoked");
        long revoked = System.nanoTime();

        long last = revoked;
        while (!cache.findKey(DIGEST).join().orElseThrow().revoked()) {
            last = System.nanoTime();
        }
        assertThat(last - revoked).isLessThan(LEASE.toNanos());
        Awaitility.await().until(() -> ends.contains(EpochEnd.TRACKING_OFF));
        Awaitility.await().until(cache::open);
    }

    @Test
    void canary_written_isMeasuredAndConfirms() {
        assertThat(feed.confirmedByCanary()).isFalse();

        REDIS.commands().hset(schema.canary(), "at", REDIS.commands().time().get(0) + "000");

        Awaitility.await().until(() -> !canaries.isEmpty());
        assertThat(feed.confirmedByCanary()).isTrue();
        assertThat(canaries).allMatch(millis -> millis >= 0);
    }

    @Test
    void canaryWithoutAPush_isNoConfirmation() {
        feed.close();
        tracked.close();
        // From a control plane that is alive, and whose next canary is long in coming.
        REDIS.commands().hset(schema.canary(), "at", "9999999999999");
        tracked = link("redis://127.0.0.1:" + REDIS.port());
        feed = feed(tracked);
        feed.start(resources.client().eventExecutorGroup());
        Awaitility.await().until(() -> feed.problem().stream().anyMatch(text -> text.contains("not confirmed yet")));
        assertThat(cache.findKey(DIGEST).join()).isEmpty();
        assertThat(cache.open()).isFalse();

        REDIS.commands().hset(schema.canary(), "at", "9999999999999");

        Awaitility.await().until(cache::open);
    }

    @Test
    void trackingNotPermitted_leavesTheCacheUnusedAndSaysWhy() {
        feed.close();
        tracked.close();
        REDIS.commands()
                .aclSetuser(
                        "blind",
                        AclSetuserArgs.Builder.on()
                                .addPassword("secret")
                                .allKeys()
                                .allCommands());
        REDIS.commands()
                .dispatch(
                        CommandType.ACL,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8)
                                .add("SETUSER")
                                .add("blind")
                                .add("-client|tracking"));
        tracked = link("redis://blind:secret@127.0.0.1:" + REDIS.port());
        feed = feed(tracked);
        feed.start(resources.client().eventExecutorGroup());

        Awaitility.await().until(() -> feed.problem().stream().anyMatch(text -> text.contains("does not track")));
        warmByReading();
        assertThat(cache.open()).isFalse();
        assertThat(cache.counters().bypasses()).isPositive();
    }

    @Test
    void resp2Only_leavesTheCacheUnusedAndSaysWhy() throws Exception {
        feed.close();
        tracked.close();
        try (Resp2Proxy old = new Resp2Proxy(REDIS.port())) {
            tracked = link("redis://127.0.0.1:" + old.port());
            feed = feed(tracked);
            feed.start(resources.client().eventExecutorGroup());

            Awaitility.await()
                    .until(() -> feed.problem().stream().anyMatch(text -> text.contains("speaks RESP2 only")));
            warmByReading();
            REDIS.commands().hset(schema.key(DIGEST), "state", "revoked");
            assertThat(cache.findKey(DIGEST).join().orElseThrow().revoked()).isTrue();
            assertThat(cache.open()).isFalse();
        }
    }

    @Test
    void everyKindOfWrite_evicts() {
        String name = schema.key(DIGEST);
        var redis = REDIS.commands();
        List<Runnable> writes = List.of(
                () -> redis.hset(name, "rev", "2"),
                () -> redis.hdel(name, "expires_at", "rev"),
                () -> redis.expire(name, 1000),
                () -> redis.persist(name),
                () -> redis.rename(name, "latchkey:elsewhere"),
                () -> redis.rename("latchkey:elsewhere", name),
                () -> redis.copy(name, "latchkey:elsewhere"),
                () -> redis.copy("latchkey:elsewhere", name, CopyArgs.Builder.replace(true)),
                () -> redis.del(name));
        store(DIGEST, key(KeyRecord.State.ACTIVE));
        for (Runnable write : writes) {
            long before = cache.counters().invalidations();
            write.run();
            if (write != writes.get(6)) { // copying from a name changes nothing under it
                Awaitility.await().until(() -> cache.counters().invalidations() > before);
            }
        }
    }

    @Test
    void lastUses_arePushedToNobody() {
        warm();
        long before = cache.counters().invalidations();
        RedisLastUses uses = new RedisLastUses(direct, schema);

        for (int i = 0; i < 1000; i++) {
            assertThat(uses.note("ws_1", Map.of("key_" + i, 1L))).succeedsWithin(Duration.ofSeconds(10));
        }
        REDIS.commands().hset(schema.key(DIGEST), "rev", "3");
        Awaitility.await().until(() -> cache.counters().invalidations() > before);

        assertThat(cache.counters().invalidations()).isEqualTo(before + 1);
    }

    @Test
    void manyWritesAtOnce_areTakenAndTheCacheStaysUsable() {
        warm();
        var bulk = REDIS.commands();
        for (int i = 0; i < 20_000; i++) {
            bulk.hset("latchkey:key:1.bulk" + i, "v", "1");
            if (i % 1000 == 0) {
                assertThat(cache.findKey(DIGEST).join()).isPresent();
            }
        }

        Awaitility.await().until(() -> cache.counters().invalidations() >= 20_000);
        assertThat(ends).isEmpty();
        assertThat(cache.open()).isTrue();
    }

    @Test
    void tenThousandFirstRequestsAtOnce_readRedisOnce() {
        warm();
        KeyDigest cold = new KeyDigest("1.cold");
        long before = cache.counters().invalidations();
        store(cold, key(KeyRecord.State.ACTIVE));
        Awaitility.await().until(() -> cache.counters().invalidations() > before);
        long misses = cache.counters().misses();

        List<CompletableFuture<Optional<KeyRecord>>> answers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            answers.add(cache.findKey(cold));
        }

        assertThat(answers).allSatisfy(answer -> assertThat(answer).succeedsWithin(Duration.ofSeconds(10)));
        assertThat(cache.counters().misses() - misses).isOne();
    }

    private void warmByReading() {
        store(DIGEST, key(KeyRecord.State.ACTIVE));
        assertThat(cache.findKey(DIGEST).join()).isPresent();
    }

    private void warm() {
        store(DIGEST, key(KeyRecord.State.ACTIVE));
        Awaitility.await().until(() -> {
            long hits = cache.counters().hits();
            assertThat(cache.findKey(DIGEST).join()).isPresent();
            return cache.counters().hits() > hits;
        });
    }

    private RedisLink link(String uri) {
        return new RedisLink(RedisURI.create(uri), Duration.ofMillis(250), resources.client());
    }

    private static KeyRecord key(KeyRecord.State state) {
        return new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of("a"), state, KeyRecord.NEVER, 1);
    }
}
