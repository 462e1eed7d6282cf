package dev.latchkey.server.feed;

import dev.latchkey.decision.Reason;
import dev.latchkey.index.BoundedKeyIndex;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.ReadBudget;
import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.server.cache.CacheLimits;
import dev.latchkey.server.cache.Lease;
import dev.latchkey.server.cache.NearCacheKeyIndex;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * The near cache on a real Redis as a sidecar has it, with its connection for pushes led through a proxy. What a test
 * changes of it, it says before the start.
 */
public final class RealFeed implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** So long that a busy machine makes no answer late. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    final RealRedis redis;
    public final IndexSchema schema = new IndexSchema("latchkey:");
    final IndexClock clock = IndexClock.ofSystem();
    final ReadBudget budget = new ReadBudget(1000);
    public final List<EpochEnd> ends = new CopyOnWriteArrayList<>();
    final List<Long> canaries = new CopyOnWriteArrayList<>();
    final FaultProxy proxy;
    final RedisLink direct;
    private final RedisResources resources = new RedisResources();
    private String uri;
    private Duration lease = LEASE;
    private Duration maxAge = Duration.ofMinutes(5);
    private Caches caches = NearCacheKeyIndex::new;
    private UnaryOperator<KeyIndex> reader = UnaryOperator.identity();
    private UnaryOperator<FeedLink> link = UnaryOperator.identity();
    private Runnable onEnd = () -> {};
    private Runnable onCanary = () -> {};
    private RedisLink tracked;
    public NearCacheKeyIndex cache;
    InvalidationFeed feed;

    /** Makes a near cache. */
    @FunctionalInterface
    public interface Caches {
        NearCacheKeyIndex over(KeyIndex direct, CacheLimits limits, LongSupplier nanos);
    }

    public RealFeed(RealRedis redis) throws IOException {
        this.redis = redis;
        proxy = new FaultProxy(redis.port());
        direct = link(redis.uri());
        uri = "redis://127.0.0.1:" + proxy.port();
    }

    public static ConditionFactory patiently() {
        return Awaitility.await().atMost(PATIENCE);
    }

    /** Leads the connection for pushes another way. */
    RealFeed via(String other) {
        uri = other;
        return this;
    }

    public RealFeed lease(Duration other) {
        lease = other;
        return this;
    }

    RealFeed maxAge(Duration other) {
        maxAge = other;
        return this;
    }

    public RealFeed cache(Caches other) {
        caches = other;
        return this;
    }

    /** Puts something around the reads over the connection for pushes. */
    public RealFeed reader(UnaryOperator<KeyIndex> around) {
        reader = around;
        return this;
    }

    public RealFeed link(UnaryOperator<FeedLink> around) {
        link = around;
        return this;
    }

    /** Has something happen when an epoch ends. */
    RealFeed onEnd(Runnable hook) {
        onEnd = hook;
        return this;
    }

    /** Has something happen on the event loop of the connection for pushes when a canary was seen. */
    RealFeed onCanary(Runnable hook) {
        onCanary = hook;
        return this;
    }

    /** Starts it, and does not wait. */
    RealFeed launch() {
        cache = caches.over(new RedisKeyIndex(direct, schema), new CacheLimits(1000, 1000, maxAge), System::nanoTime);
        tracked = link(uri);
        feed = new InvalidationFeed(
                link.apply(new LettuceFeedLink(tracked, schema)),
                new InvalidationFeed.Parts(
                        cache,
                        schema,
                        clock,
                        index -> new BoundedKeyIndex(reader.apply(index), budget),
                        new Listener(),
                        () -> new Lease(lease.toNanos()),
                        System::nanoTime),
                lease.toNanos());
        direct.start();
        feed.start(resources.client().eventExecutorGroup());
        return this;
    }

    /** Starts it and waits until memory may be used. */
    public RealFeed start() {
        launch();
        awaitOpen();
        return this;
    }

    public void awaitOpen() {
        patiently().until(cache::open);
    }

    public void awaitEnd(EpochEnd cause) {
        patiently().until(() -> ends.contains(cause));
    }

    void awaitProblem(String text) {
        patiently().until(() -> feed.problem().stream().anyMatch(problem -> problem.contains(text)));
    }

    /** Stores the one key and its workspace as they are at first. */
    public void seed() {
        redis.store(schema, OneKey.DIGEST, OneKey.record());
        redis.store(schema, OneKey.WORKSPACE);
    }

    /** Stores the one key and waits until a decision about it is made from memory alone. */
    public void warm() {
        seed();
        awaitWarm();
    }

    /** Waits until a decision about the one key is made from memory alone. */
    void awaitWarm() {
        patiently().until(() -> {
            long hits = cache.counters().hits();
            return decide() == Reason.OK && cache.counters().hits() == hits + 2;
        });
    }

    public Reason decide() {
        return OneKey.decide(cache);
    }

    public void revoke() {
        redis.commands().hset(schema.key(OneKey.DIGEST), "state", "revoked");
    }

    void awaitRevoked() {
        patiently().until(() -> decide() == Reason.REVOKED_KEY);
    }

    /**
     * Asks until the revoke is seen, or nobody would wait any more; returns how long after {@code revoked} the last
     * question was asked that got an allow.
     */
    Duration staleFor(long revoked) {
        long last = revoked;
        Reason reason;
        do {
            long asked = System.nanoTime();
            reason = decide();
            if (reason == Reason.OK) {
                last = asked;
            }
        } while (reason != Reason.REVOKED_KEY && last - revoked < PATIENCE.toNanos());
        return Duration.ofNanos(last - revoked);
    }

    /** Returns how many records have been read from Redis since its start, by whomever; each heartbeat reads one. */
    long reads() {
        return redis.commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_hgetall:calls="))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
                .sum();
    }

    /** Writes the canary as a control plane does that is alive. */
    void writeCanary() {
        long written = IndexClock.millis(redis.commands().time());
        redis.commands().hset(schema.canary(), "at", Long.toString(written));
    }

    /** Leaves a canary of a control plane that is alive, and whose next one is long in coming. */
    void leaveCanary() {
        redis.commands().hset(schema.canary(), "at", "9999999999999");
    }

    /** Returns the number by which Redis knows the connection for pushes. */
    public long trackedId() {
        return tracked.commands().clientId().toCompletableFuture().join();
    }

    RedisLink tracked() {
        return tracked;
    }

    @Override
    public void close() throws IOException {
        if (feed != null) {
            feed.close();
            tracked.close();
        }
        direct.close();
        resources.close();
        proxy.close();
    }

    private RedisLink link(String to) {
        return new RedisLink(RedisURI.create(to), TIMEOUT, resources.client());
    }

    private final class Listener implements FeedListener {
        @Override
        public void ended(EpochEnd cause) {
            ends.add(cause);
            onEnd.run();
        }

        @Override
        public void canary(long millis) {
            canaries.add(millis);
            onCanary.run();
        }
    }
}
