package dev.latchkey.server;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.LiveRedisUri;
import dev.latchkey.config.Settings;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.BoundedKeyIndex;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.ReadBudget;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.lifecycle.Binding;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.ops.LoopWatch;
import dev.latchkey.ops.OpsPages;
import dev.latchkey.ops.OpsServer;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLastUses;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.redis.RetryPace;
import dev.latchkey.redis.health.IndexHeartbeat;
import dev.latchkey.server.authz.AuthorizationService;
import dev.latchkey.server.cache.CacheLimits;
import dev.latchkey.server.cache.NearCacheKeyIndex;
import dev.latchkey.server.feed.InvalidationFeed;
import dev.latchkey.server.ops.CacheMetrics;
import dev.latchkey.server.ops.LastUsed;
import dev.latchkey.server.ops.SidecarMetrics;
import dev.latchkey.server.ops.SidecarReadiness;
import dev.latchkey.server.ops.UnansweredChecks;
import dev.latchkey.server.port.AuthzServer;
import dev.latchkey.server.port.Transport;
import dev.latchkey.server.port.UnixSocket;
import dev.latchkey.server.warmup.WarmUp;
import io.lettuce.core.RedisURI;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sidecar and its composition root: every part is created and closed here. A sidecar can start while Redis is down,
 * answers 503 until the index can be read, and recovers by itself.
 */
public final class Sidecar implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sidecar.class);
    private static final long READINESS_PERIOD_MILLIS = 100;
    private static final long FLUSH_SECONDS = 30;
    /** Longer than any pause of the JVM, and shorter than the tolerance of an orchestrator's probes. */
    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(10);

    private final Closing closing = new Closing();
    private final Settings settings;
    private final SidecarReadiness readiness;
    private final AuthzServer authz;
    private final OpsServer ops;
    private volatile boolean stopping;

    /**
     * Starts a sidecar.
     *
     * @throws IOException if a port cannot be bound; the message names the port, and nothing is left running
     */
    public static Sidecar start(Settings settings, Policies policies) throws IOException {
        return start(settings, policies, RetryPace.ofSystem());
    }

    /**
     * Starts a sidecar.
     *
     * @param pace the pace of attempts to connect to Redis
     */
    static Sidecar start(Settings settings, Policies policies, RetryPace pace) throws IOException {
        return new Sidecar(settings, policies, pace);
    }

    private Sidecar(Settings settings, Policies policies, RetryPace pace) throws IOException {
        this.settings = settings;
        try {
            EventLoopGroup loops = Transport.loops(loopCount(), "latchkey-check");
            closing.add(() -> {
                var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            });
            RedisResources resources = closing.add(new RedisResources());
            LiveRedisUri redisUri = new LiveRedisUri(settings.redis(), System::nanoTime);
            RedisLink link = closing.add(new RedisLink(
                    () -> RedisURI.create(redisUri.get().reveal()),
                    settings.redis().tls(),
                    settings.redis().timeout(),
                    resources.client(),
                    pace));
            IndexSchema schema = new IndexSchema(settings.redis().prefix());
            IndexClock clock = IndexClock.ofSystem();
            IndexHeartbeat heartbeat = closing.add(
                    new IndexHeartbeat(link, schema, clock, settings.keys().peppers()));
            ReadBudget reads = new ReadBudget(settings.authz().maxConcurrent());
            KeyIndex reader = new BoundedKeyIndex(new RedisKeyIndex(link, schema), reads);

            SidecarMetrics metrics = closing.add(new SidecarMetrics());
            NearCacheKeyIndex cache = new NearCacheKeyIndex(reader, limits());
            CacheMetrics cacheMetrics = new CacheMetrics(metrics);
            RedisLink feedLink = closing.add(link.sibling());
            InvalidationFeed feed = closing.add(new InvalidationFeed(
                    feedLink,
                    cache,
                    schema,
                    clock,
                    index -> new BoundedKeyIndex(index, reads),
                    cacheMetrics,
                    settings.cache().lease().toNanos()));
            cacheMetrics.show(cache, feed);
            UnansweredChecks unanswered = new UnansweredChecks(System::nanoTime);
            readiness = new SidecarReadiness(
                    heartbeat,
                    () -> redisUri.problem().or(() -> settings.cache().enabled() ? feed.problem() : Optional.empty()),
                    unanswered,
                    settings.warnings(),
                    settings.ready().grace(),
                    settings.ready().followRedis(),
                    System::nanoTime);
            RedisLastUses lastUses = new RedisLastUses(link, schema);
            LongSupplier redisMillis = clock::redisMillis; // one class for both: see IndexClock.ofSystem
            LastUsed lastUsed = closing.add(new LastUsed(lastUses, redisMillis));
            show(metrics, clock, heartbeat, reads);
            metrics.gauge(
                    "latchkey.redis.connections",
                    "Connections to Redis that this process holds",
                    () -> link.held() + feedLink.held());

            AnswerStyle style = AnswerStyle.of(settings);
            AuthorizationService service = new AuthorizationService(
                    new KeyFormat(settings.keys().brand(), settings.keys().acceptImported()),
                    // Without the cache, checks read Redis directly and never look for an epoch.
                    new Decider(
                            policies,
                            settings.keys().peppers(),
                            settings.cache().enabled() ? cache : reader,
                            clock),
                    style,
                    metrics.andThen(lastUsed).andThen(unanswered),
                    resources.timer(),
                    settings.authz().timeout());
            authz = Binding.of("authz.listen", settings.authz().listen(), address -> {
                UnixSocket socket = closing.add(UnixSocket.claim(address));
                AuthzServer server = closing.add(
                        new AuthzServer(loops, address, settings.authz().sharePort(), service));
                socket.open(settings.authz().socketMode());
                return server;
            });
            EventExecutorGroup scheduler = resources.client().eventExecutorGroup();
            LoopWatch watch = new LoopWatch(
                    System::nanoTime, LOOP_PATIENCE, resources.timer(), loops, resources.connections(), scheduler);
            OpsPages pages = new OpsPages(
                    metrics::scrape, watch::problem, readiness::summary, readiness::obstacles, readiness::details);
            ops = closing.add(
                    Binding.ofTcp("ops.listen", settings.ops().listen(), address -> new OpsServer(address, pages)));

            link.start();
            warmUp(style, new LastUsed(lastUses, redisMillis), loops, resources);
            heartbeat.start(scheduler);
            if (settings.cache().enabled()) {
                feed.start(scheduler);
            }
            var flushes = scheduler.scheduleWithFixedDelay(
                    () -> {
                        var unused = lastUsed.flush();
                    },
                    FLUSH_SECONDS,
                    FLUSH_SECONDS,
                    TimeUnit.SECONDS);
            closing.add(() -> flushes.cancel(false));
            var unused = scheduler.scheduleWithFixedDelay(
                    () -> authz.setServing(readiness.ready() && watch.problem().isEmpty()),
                    0,
                    READINESS_PERIOD_MILLIS,
                    TimeUnit.MILLISECONDS);
        } catch (IOException | RuntimeException e) {
            closing.close();
            throw e;
        }
        log.info(
                "answering checks on {}, /metrics and /readyz on {}",
                settings.authz().listen().boundTo(authzPort()),
                settings.ops().listen().boundTo(opsPort()));
    }

    private CacheLimits limits() {
        Settings.Cache cache = settings.cache();
        return new CacheLimits(cache.maxEntries(), cache.maxAbsent(), cache.maxAge());
    }

    /** Returns the TCP port for checks, which the system might have chosen; -1 on a Unix socket. */
    public int authzPort() {
        return authz.port();
    }

    public int opsPort() {
        return ops.port();
    }

    public boolean ready() {
        return readiness.ready();
    }

    /**
     * Leaves the load-balancing rotation without a failed check: reports NOT_SERVING, waits so that health checks can
     * see this, sends GOAWAY, and finishes the checks in flight. Blocks for as long as the settings allow.
     */
    public void drain() throws InterruptedException {
        log.info("draining");
        readiness.drain();
        authz.setServing(false);
        Duration delay = settings.drain().delay();
        TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        authz.drain(settings.drain().timeout());
    }

    @Override
    public void close() {
        closing.close();
        log.info("stopped");
    }

    /** Starts the warm-up in the background. Checks that arrive meanwhile are answered, only more slowly. */
    private void warmUp(AnswerStyle style, LastUsed neverFlushed, EventLoopGroup loops, RedisResources resources) {
        Duration bound = settings.ready().warmUp();
        if (bound.isZero()) {
            readiness.warmedUp();
            return;
        }
        Thread thread = new Thread(
                () -> {
                    try (SidecarMetrics neverScraped = SidecarMetrics.rehearsal()) {
                        int checks = new WarmUp(style, neverScraped.andThen(neverFlushed), loops, resources).run(bound);
                        log.debug("warmed up with {} checks", checks);
                    } catch (Throwable t) {
                        if (!stopping) {
                            log.warn("no warm-up: {}", t.toString());
                        }
                    } finally {
                        readiness.warmedUp();
                    }
                },
                "latchkey-warm-up");
        thread.setDaemon(true);
        closing.add(() -> {
            stopping = true;
            thread.interrupt();
        });
        thread.start();
    }

    /**
     * Returns one loop for every two cores, because Envoy and the backend need the other cores. The Redis client has
     * its own threads, whatever the load of checks.
     */
    private static int loopCount() {
        return (Runtime.getRuntime().availableProcessors() + 1) / 2;
    }

    private static void show(SidecarMetrics metrics, IndexClock clock, IndexHeartbeat heartbeat, ReadBudget reads) {
        metrics.gauge(
                "latchkey.index.reachable",
                "1 if Redis answers, else 0",
                () -> heartbeat.problem().isEmpty() ? 1 : 0);
        metrics.gauge(
                "latchkey.history.setbacks", "Times that Redis' history was seen to go back", heartbeat::setbacks);
        metrics.gauge("latchkey.index.reads.under.way", "Reads of the index under way", reads::underWay);
        metrics.gauge(
                "latchkey.clock.skew.seconds",
                "By how much the local clock is ahead of Redis'",
                () -> clock.skewMillis() / 1000.0);
    }
}
