package dev.latchkey.control;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.LiveRedisUri;
import dev.latchkey.config.Settings;
import dev.latchkey.control.access.LiveTokens;
import dev.latchkey.control.api.CallBuckets;
import dev.latchkey.control.api.ControlReadiness;
import dev.latchkey.control.api.ControlServer;
import dev.latchkey.control.api.ServerCertificates;
import dev.latchkey.control.api.gate.AdminAuth;
import dev.latchkey.control.api.grpc.AccessServiceEndpoint;
import dev.latchkey.control.api.grpc.AuditServiceEndpoint;
import dev.latchkey.control.api.grpc.ExplainServiceEndpoint;
import dev.latchkey.control.api.grpc.IndexServiceEndpoint;
import dev.latchkey.control.api.grpc.KeyServiceEndpoint;
import dev.latchkey.control.api.grpc.ScopeServiceEndpoint;
import dev.latchkey.control.api.grpc.WorkspaceServiceEndpoint;
import dev.latchkey.control.audit.AuditReader;
import dev.latchkey.control.audit.AuditTrail;
import dev.latchkey.control.console.Console;
import dev.latchkey.control.explain.Explainer;
import dev.latchkey.control.imports.ImportRules;
import dev.latchkey.control.imports.KeyImport;
import dev.latchkey.control.imports.KeyIntake;
import dev.latchkey.control.imports.RateLimit;
import dev.latchkey.control.index.Announcements;
import dev.latchkey.control.index.IndexWriter;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.index.StoreCheck;
import dev.latchkey.control.keys.KeyManager;
import dev.latchkey.control.keys.LeakedKeys;
import dev.latchkey.control.keys.Mint;
import dev.latchkey.control.ledger.History;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.listing.KeyListing;
import dev.latchkey.control.rebuild.IndexRebuild;
import dev.latchkey.control.redis.Permissions;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.revocation.KeyPurge;
import dev.latchkey.control.rules.FoundBefore;
import dev.latchkey.control.time.RedisClock;
import dev.latchkey.control.upkeep.AuditLimit;
import dev.latchkey.control.upkeep.Comparison;
import dev.latchkey.control.upkeep.Reconciler;
import dev.latchkey.control.upkeep.Repeater;
import dev.latchkey.control.upkeep.Retention;
import dev.latchkey.control.upkeep.Sweep;
import dev.latchkey.control.workspaces.WorkspaceManager;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.Peppers;
import dev.latchkey.lifecycle.Binding;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.log.DroppedLines;
import dev.latchkey.ops.Liveness;
import dev.latchkey.ops.LoopWatch;
import dev.latchkey.ops.OpsPages;
import dev.latchkey.ops.OpsServer;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.redis.RetryPace;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane process. The constructor creates every part, and {@link #close} closes them. A control plane starts
 * even while Redis is down; until Redis answers, calls fail with {@code UNAVAILABLE}. It recovers by itself.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);
    /**
     * Longer than a sidecar's timeout: a change that takes a second is better than a change whose outcome is unknown.
     */
    private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);

    private static final long BEAT_MILLIS = 1000;
    private static final long RETRY_MILLIS = 100;
    private static final long PERMISSIONS_MILLIS = 10_000;
    /** Once the store is found right, a pass only reads the schema version again, so one pass a minute is enough. */
    private static final long CHECKED_MILLIS = 60_000;

    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(10);
    private static final long HISTORY_MILLIS = 10_000;

    private static final long AUDIT_MILLIS = 5000;

    /** The number of tasks that the constructor registers with the repeater. */
    private static final int TASKS = 10;

    private final Closing closing = new Closing();
    private final ControlReadiness readiness;
    private final StoreCheck check;
    private final OpsServer ops;
    private final ControlServer server;

    /**
     * Starts a control plane.
     *
     * @param policies a key can have the scopes of the standard policy; all policies are used to explain decisions
     * @throws IOException if a port cannot be bound; the message names the setting, and nothing is left running
     */
    public static ControlPlane start(Settings settings, Policies policies) throws IOException {
        return new ControlPlane(
                settings,
                policies,
                redis -> new RedisClock(Clock.systemUTC(), System::nanoTime, redis::millis),
                REDIS_TIMEOUT,
                RetryPace.ofSystem());
    }

    /**
     * Starts a control plane that uses the caller's clock instead of the clock of Redis.
     *
     * @param redisTimeout the timeout of one Redis command
     */
    public static ControlPlane start(Settings settings, Policies policies, Clock clock, Duration redisTimeout)
            throws IOException {
        return start(settings, policies, redis -> clock, redisTimeout, RetryPace.ofSystem());
    }

    /**
     * Starts a control plane, with its clock and the pace of its reconnects supplied by the caller.
     *
     * @param clocks creates the clock to use
     * @param pace the pace of the attempts to connect to Redis
     */
    static ControlPlane start(
            Settings settings,
            Policies policies,
            Function<RedisCalls, Clock> clocks,
            Duration redisTimeout,
            RetryPace pace)
            throws IOException {
        return new ControlPlane(settings, policies, clocks, redisTimeout, pace);
    }

    private ControlPlane(
            Settings settings,
            Policies policies,
            Function<RedisCalls, Clock> clocks,
            Duration redisTimeout,
            RetryPace pace)
            throws IOException {
        try {
            Peppers peppers = settings.keys().peppers();
            IndexSchema schema = new IndexSchema(settings.redis().prefix());
            PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            closing.add(metrics::close);
            metrics.config().meterFilter(new CallBuckets());
            for (DroppedLines cause : DroppedLines.all()) {
                FunctionCounter.builder("latchkey.log.dropped", cause, DroppedLines::count)
                        .description("Log lines that were not written")
                        .tag("cause", cause.cause())
                        .register(metrics);
            }
            new JvmMemoryMetrics().bindTo(metrics);
            new ProcessorMetrics().bindTo(metrics);
            RedisResources resources = closing.add(new RedisResources());
            LiveRedisUri redisUri = new LiveRedisUri(settings.redis(), System::nanoTime);
            RedisLink link = closing.add(new RedisLink(
                    () -> RedisURI.create(redisUri.get().reveal()),
                    settings.redis().tls(),
                    redisTimeout,
                    resources.client(),
                    pace));
            Gauge.builder("latchkey.redis.connections", link::held)
                    .description("Connections to Redis that this process holds")
                    .register(metrics);
            // Slightly longer than the link's own timeout, whose error message is better.
            RedisCalls redis = new RedisCalls(link, schema, redisTimeout.plusMillis(500), FoundBefore::requireNone);
            Clock clock = clocks.apply(redis);
            Optional<RedisClock> redisClock = clock instanceof RedisClock known ? Optional.of(known) : Optional.empty();
            Clock local = redisClock.map(RedisClock::local).orElse(clock);
            redisClock.ifPresent(known -> show(metrics, known));
            Permissions permissions = new Permissions(redis);

            Ledger ledger = new Ledger(redis, schema, settings.keys().maxPerWorkspace());
            AuditTrail trail = new AuditTrail(redis, schema);
            AuditLimit auditLimit =
                    new AuditLimit(redis, ledger, settings.audit().maxPerWorkspace(), metrics);
            IndexWriter index = new IndexWriter(redis, schema, metrics);
            Projector projector = new Projector(ledger, index, clock);
            Reconciler reconciler = new Reconciler(ledger, projector, redis, clock, metrics);
            Retention retention = new Retention(
                    ledger,
                    index,
                    projector,
                    trail,
                    auditLimit,
                    settings.keys().retention(),
                    settings.audit().retention(),
                    () -> Math.min(local.millis(), redis.millis()));
            Comparison comparison = new Comparison(ledger, projector, redis);
            Sweep sweep = new Sweep(comparison, retention, System::nanoTime, metrics);
            History history = new History(redis, ledger, clock::millis, metrics);
            Announcements announcements = new Announcements(redis, schema, peppers, history);

            check = new StoreCheck(
                    redis, schema, ledger, peppers, settings.keys().abandonedPeppers(), clock);

            KeyFormat format =
                    new KeyFormat(settings.keys().brand(), settings.keys().acceptImported());
            Mint mint = new Mint(format, peppers, new SecureRandom(), index, announcements);
            KeyManager keys = new KeyManager(
                    ledger, projector, mint, policies.standard().scopes().keySet(), clock);
            WorkspaceManager workspaces = new WorkspaceManager(ledger, projector, clock);
            LeakedKeys leaked = new LeakedKeys(settings.keys().brand(), peppers, index, ledger, keys, clock);
            KeyImport imports = new KeyImport(
                    new KeyIntake(redis, ledger, index),
                    ledger,
                    mint,
                    new ImportRules(
                            policies.standard().scopes().keySet(),
                            settings.keys().brand(),
                            settings.keys().acceptImported()),
                    new RateLimit(settings.keys().importsPerSecond()),
                    clock);
            Explainer explainer =
                    new Explainer(policies, peppers, new RedisKeyIndex(link, schema), () -> later(local, redis));

            LiveTokens tokens = new LiveTokens(settings.control(), System::nanoTime);
            Gauge.builder(
                            "latchkey.control.tokens.current",
                            () -> tokens.problem().isEmpty() ? 1 : 0)
                    .description("1 if the admin tokens are those of their file, else 0")
                    .register(metrics);
            Optional<ServerCertificates> certificates = certificates(settings);
            readiness = new ControlReadiness(
                    List.of(
                            link::problem,
                            () -> link.problem().isPresent() ? redisUri.problem() : Optional.empty(),
                            permissions::problem,
                            check::problem,
                            reconciler::problem,
                            announcements::problem),
                    List.of(
                            tokens::problem,
                            redisUri::problem,
                            () -> certificates.flatMap(ServerCertificates::problem),
                            () -> redisClock.flatMap(RedisClock::detail),
                            history::detail),
                    settings.warnings());
            Gauge.builder("latchkey.control.ready", () -> readiness.ready() ? 1 : 0)
                    .description("1 if /readyz answers 200, else 0")
                    .register(metrics);
            Liveness life = new Liveness();
            life.watch(new LoopWatch(
                    System::nanoTime,
                    LOOP_PATIENCE,
                    resources.timer(),
                    resources.connections(),
                    resources.client().eventExecutorGroup())::problem);
            OpsPages pages = new OpsPages(metrics::scrape, life::problem, readiness::obstacles, readiness::details);
            ops = closing.add(Binding.ofTcp(
                    "control.ops-listen", settings.control().opsListen(), address -> new OpsServer(address, pages)));
            server = closing.add(Binding.ofTcp(
                    "control.listen",
                    settings.control().listen(),
                    address -> new ControlServer(
                            address,
                            certificates,
                            new AdminAuth(tokens, metrics),
                            List.of(
                                    new AccessServiceEndpoint(),
                                    new KeyServiceEndpoint(
                                            keys,
                                            leaked,
                                            new KeyListing(ledger, clock),
                                            imports,
                                            new KeyPurge(ledger, retention, clock)),
                                    new WorkspaceServiceEndpoint(workspaces),
                                    new IndexServiceEndpoint(new IndexRebuild(comparison, System::nanoTime)),
                                    new ScopeServiceEndpoint(
                                            policies.standard(),
                                            settings.console().apiUrl()),
                                    new AuditServiceEndpoint(new AuditReader(workspaces, trail)),
                                    new ExplainServiceEndpoint(explainer, format, AnswerStyle.of(settings))),
                            new Console(),
                            pages,
                            AnswerStyle.of(settings),
                            metrics)));
            FunctionCounter.builder(
                            "latchkey.control.connections.displaced", server, ControlServer::displacedConnections)
                    .description("Connections to control.listen that had to close so that others could open")
                    .register(metrics);

            life.watch(server::lifeProblem);

            link.start();
            Repeater repeater = closing.add(new Repeater(TASKS));
            life.watch(repeater::problem);
            repeater.repeat(() -> check.pass() ? CHECKED_MILLIS : RETRY_MILLIS);
            repeater.repeat(() -> permissions.look() ? PERMISSIONS_MILLIS : BEAT_MILLIS);
            repeater.repeat(() -> announcements.beat() ? BEAT_MILLIS : RETRY_MILLIS);
            repeater.repeat(() ->
                    reconcile(reconciler, sweep) ? reconciler.pauseMillis().orElse(BEAT_MILLIS) : RETRY_MILLIS);
            repeater.repeat(() -> {
                tokens.look();
                certificates.ifPresent(ServerCertificates::look);
                return BEAT_MILLIS;
            });
            repeater.repeat(() -> look(redisClock));
            repeater.repeat(() -> history.note() ? RETRY_MILLIS : HISTORY_MILLIS);
            repeater.repeat(() -> auditLimit.pass() ? RETRY_MILLIS : AUDIT_MILLIS);
            repeater.repeat(() -> sweep.step() ? sweep.pauseMillis() : BEAT_MILLIS);
            repeater.repeat(() -> {
                server.setServing(readiness.ready() && life.problem().isEmpty());
                return RETRY_MILLIS;
            });
        } catch (IOException | RuntimeException e) {
            closing.close();
            throw e;
        }
        log.info(
                "control plane on {}, /metrics and /readyz on {}",
                settings.control().listen().boundTo(port()),
                settings.control().opsListen().boundTo(opsPort()));
    }

    /** Returns the port of the API, which the system may have chosen. */
    public int port() {
        return server.port();
    }

    /** Returns the port of the probes and metrics, which the system may have chosen. */
    public int opsPort() {
        return ops.port();
    }

    /** Returns whether calls can be answered now; {@code /readyz} gives the reasons if not. */
    public boolean ready() {
        return readiness.ready();
    }

    /**
     * Returns a future that completes with the reason if this control plane must not run on the data in Redis. The
     * caller then closes this control plane.
     */
    public CompletableFuture<String> refusal() {
        return check.refusal();
    }

    @Override
    public void close() {
        closing.close();
        log.info("stopped");
    }

    private static Optional<ServerCertificates> certificates(Settings settings) throws IOException {
        return settings.control().tls().isPresent()
                ? Optional.of(new ServerCertificates(settings.control().tls().get(), System::nanoTime))
                : Optional.empty();
    }

    /**
     * Compares the clocks. A failure is logged at debug level, because the link itself reports an unreachable Redis.
     */
    private static long look(Optional<RedisClock> clock) {
        try {
            clock.ifPresent(RedisClock::look);
        } catch (StoreException e) {
            log.debug("the clocks are not compared: {}", e.getMessage());
        }
        return BEAT_MILLIS;
    }

    private static void show(PrometheusMeterRegistry metrics, RedisClock clock) {
        Gauge.builder("latchkey.clock.skew.seconds", () -> clock.skewMillis() / 1000.0)
                .description("By how much the local clock is ahead of Redis'")
                .register(metrics);
        FunctionCounter.builder("latchkey.clock.jumps", clock, RedisClock::jumps)
                .description("Times that Redis' clock was set by more than a minute")
                .register(metrics);
    }

    /**
     * Runs the reconciler, and starts a sweep after the first pass that succeeds after a start or an outage: Redis may
     * have lost writes, so the index may lack more changes than the notes say.
     */
    private static boolean reconcile(Reconciler reconciler, Sweep sweep) {
        boolean wasBehind = reconciler.problem().isPresent();
        boolean passed = reconciler.pass();
        if (wasBehind && passed) {
            sweep.begin();
        }
        return passed;
    }

    /**
     * Returns the later of the local time and the time of Redis: as in the sidecars, expiry is judged by whichever
     * clock is ahead.
     */
    private static long later(Clock clock, RedisCalls redis) {
        try {
            return Math.max(clock.millis(), redis.millis());
        } catch (StoreException e) {
            return clock.millis();
        }
    }
}
