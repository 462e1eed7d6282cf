package dev.latchkey.redis.health;

import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Peppers;
import dev.latchkey.log.TroubleLog;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisPeer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A heartbeat that asks Redis once a second for its time and for the canary. From time to time the heartbeat also
 * checks that the peppers match those of the control plane and that the Redis user has its permissions. The heartbeat
 * knows whether the index was ever reached, whether the index is reachable now, and whether keys can be recognised in
 * the index at all. A connection that stays open but does not respond is replaced.
 *
 * <p>This class is thread-safe.
 */
public final class IndexHeartbeat implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IndexHeartbeat.class);
    /**
     * The period of the beats while the index cannot be read, short so that a recovery shows at once. Otherwise beats
     * are ten times rarer.
     */
    private static final long PERIOD_MILLIS = 100;

    private static final int TICKS_PER_BEAT = 10;
    private static final int TICKS_PER_INSPECTION = 100;
    private static final long SKEW_WARNING_MILLIS = 2000;

    /**
     * The silence after which a connection is replaced. TCP alone detects a lost path, or a path that a firewall has
     * forgotten, only after minutes.
     */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long SETBACK_SHOWN_NANOS = TimeUnit.DAYS.toNanos(1);

    private final RedisLink link;
    private final IndexSchema schema;
    private final IndexClock clock;
    private final Peppers peppers;
    private final PermissionProbe permissions;
    private final TroubleLog troubles;
    private final LongSupplier nanos;
    private @Nullable ScheduledFuture<?> schedule;
    private volatile boolean reached;
    private volatile boolean inspected;
    private volatile Optional<String> problem;
    private volatile long problemSince;
    private volatile Optional<String> pepperProblem = Optional.empty();
    private volatile Optional<String> permissionProblem = Optional.empty();
    private volatile boolean blind;
    private volatile Optional<String> absence = Optional.empty();
    private volatile boolean everAnnounced;
    private volatile boolean skewed;
    private volatile long canary;
    private volatile long setbackAt;
    private volatile Optional<String> setback = Optional.empty();
    private final AtomicLong setbacks = new AtomicLong();
    private volatile long lastAnswer = System.nanoTime();
    private int ticks;

    public IndexHeartbeat(RedisLink link, IndexSchema schema, IndexClock clock, Peppers peppers) {
        this(link, schema, clock, peppers, System::nanoTime);
    }

    /** @param nanos {@code System::nanoTime}, the clock for {@link #problemSeconds} and for the age of a setback */
    public IndexHeartbeat(RedisLink link, IndexSchema schema, IndexClock clock, Peppers peppers, LongSupplier nanos) {
        this.nanos = nanos;
        this.problemSince = nanos.getAsLong();
        this.link = link;
        this.schema = schema;
        this.clock = clock;
        this.peppers = peppers;
        this.permissions = new PermissionProbe(schema);
        this.troubles = link.troubles();
        this.problem = link.problem();
    }

    /** Starts the heartbeat on {@code scheduler}. A beat does not block the scheduler. */
    public void start(ScheduledExecutorService scheduler) {
        schedule = scheduler.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Returns whether the index could be read at least once since the start. */
    public boolean reached() {
        return reached;
    }

    /** Returns why the index cannot be read now, without secrets; empty if it can be read. */
    public Optional<String> problem() {
        return problem;
    }

    /** Returns for how many seconds the index has been unreadable; 0 if it can be read. */
    public long problemSeconds() {
        return problem.isEmpty() ? 0 : TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - problemSince);
    }

    /**
     * Returns which pepper differs from the pepper of the control plane or is missing here; empty if no such
     * pepper is known.
     */
    public Optional<String> pepperProblem() {
        return pepperProblem;
    }

    /** Returns all problems and notes about the index for people, {@link #problem} first, without secrets. */
    public List<String> details() {
        return Stream.of(problem, permissionProblem, absence, link.note(), recentSetback())
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        ScheduledFuture<?> current = schedule;
        if (current != null) {
            current.cancel(false);
        }
    }

    private void tick() {
        int tick = ticks++;
        boolean beat = tick % TICKS_PER_BEAT == 0;
        boolean wrong = pepperProblem.isPresent() || permissionProblem.isPresent() || absence.isPresent();
        if (problem.isPresent() || beat) {
            beat(/* inspect= */ tick % TICKS_PER_INSPECTION == 0 || (wrong && beat) || !inspected);
        }
    }

    private void beat(boolean inspect) {
        try {
            RedisAsyncCommands<String, String> redis = link.commands();
            CompletableFuture<Void> time = ifPermitted(redis.time().thenAccept(this::observe));
            CompletableFuture<Void> read =
                    ifPermitted(redis.hgetall(schema.canary()).thenAccept(this::observeCanary));
            CompletableFuture<Void> unused = CompletableFuture.allOf(time, read)
                    .thenCompose(done -> inspect ? inspect(redis) : CompletableFuture.completedFuture(null))
                    .whenComplete((done, failure) -> {
                        // The failure of a connection that is already gone says nothing about the current connection.
                        if (failure == null || link.isCurrent(redis)) {
                            beaten(failure);
                            redialIfSilent(redis, failure);
                        }
                    });
        } catch (IndexException e) {
            // There is no connection; the link is responsible for a new one.
            lastAnswer = System.nanoTime();
            beaten(e);
        }
    }

    /** Ignores a missing permission, which the inspection reports. */
    private static CompletableFuture<Void> ifPermitted(CompletionStage<Void> answer) {
        return answer.toCompletableFuture().exceptionally(failure -> {
            Throwable cause = IndexException.unwrap(failure);
            if (cause instanceof RedisCommandExecutionException
                    && RedisPeer.isLack(String.valueOf(cause.getMessage()))) {
                return null;
            }
            throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
        });
    }

    private void beaten(@Nullable Throwable failure) {
        if (problem.isEmpty()) {
            problemSince = nanos.getAsLong();
        }
        Optional<String> down = link.problem();
        if (down.isPresent()) {
            problem = down;
            inspected = false;
        } else if (failure != null) {
            String text = link.explain(IndexException.unwrap(failure));
            problem = Optional.of(text);
            inspected = false;
            troubles.wrong("index", text);
        } else {
            reached |= !blind;
            problem = blind ? permissionProblem : Optional.empty();
            troubles.right("index", "the index can be read");
        }
    }

    /** Replaces a silent connection. An error counts as a response; a full queue of unanswered commands does not. */
    private void redialIfSilent(RedisAsyncCommands<String, String> redis, @Nullable Throwable failure) {
        long now = System.nanoTime();
        if (failure == null || IndexException.unwrap(failure) instanceof RedisCommandExecutionException) {
            lastAnswer = now;
        } else if (now - lastAnswer > SILENCE_NANOS) {
            lastAnswer = now;
            link.redialSilent(redis);
        }
    }

    private void observe(List<String> time) {
        clock.observe(IndexClock.millis(time));
        long skew = clock.skewMillis();
        boolean now = Math.abs(skew) > SKEW_WARNING_MILLIS;
        if (now && !skewed) {
            log.warn(
                    "the clock here differs from Redis' by {} ms (expected: at most {} ms)", skew, SKEW_WARNING_MILLIS);
        }
        skewed = now;
    }

    /**
     * Compares the number of the canary with the previous number. Numbers only increase unless Redis lost data. A
     * canary that is missing or unreadable counts as 0.
     */
    private void observeCanary(Map<String, String> fields) {
        long seq = number(fields.get("seq"));
        long before = canary;
        canary = seq;
        if (seq < before) {
            setbacks.incrementAndGet();
            setbackAt = nanos.getAsLong();
            setback = Optional.of("the history of Redis at " + link.address() + " went back (canary " + seq + " after "
                    + before + "): changes are lost there, revokes included");
            log.error("{}", setback.get());
        }
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Returns how often the data of Redis was seen to go back in time: Redis was restored or emptied, or lost
     * its last writes.
     */
    public long setbacks() {
        return setbacks.get();
    }

    private Optional<String> recentSetback() {
        return nanos.getAsLong() - setbackAt < SETBACK_SHOWN_NANOS ? setback : Optional.empty();
    }

    private CompletableFuture<Void> inspect(RedisAsyncCommands<String, String> redis) {
        CompletableFuture<Void> rights = permissions.lacking(redis).thenAccept(this::reportPermissions);
        return CompletableFuture.allOf(rights, ifPermitted(comparePeppers(redis)))
                .thenRun(() -> inspected = true);
    }

    private void reportPermissions(Set<String> lacking) {
        blind = permissions.blind(lacking);
        if (lacking.isEmpty()) {
            permissionProblem = Optional.empty();
            troubles.right("permissions", "the user of Redis may do all that it needs");
        } else {
            String text = link.explainLack(lacking);
            permissionProblem = Optional.of(text);
            troubles.wrong("permissions", text);
        }
    }

    private CompletableFuture<Void> comparePeppers(RedisAsyncCommands<String, String> redis) {
        return IntStream.rangeClosed(1, Peppers.MAX_VERSION)
                .mapToObj(version -> read(redis, schema.pepperCheck(version))
                        .thenCombine(
                                read(redis, schema.pepperRetired(version)),
                                (published, retired) ->
                                        new Finding(published != null, mismatch(version, published, retired != null))))
                .reduce((a, b) -> a.thenCombine(b, Finding::and))
                .orElseThrow()
                .thenAccept(this::reportPeppers);
    }

    private static CompletableFuture<@Nullable String> read(RedisAsyncCommands<String, String> redis, String name) {
        return redis.get(name).toCompletableFuture();
    }

    /**
     * The findings about one or more peppers.
     *
     * @param announced whether a control plane has announced any of the peppers
     * @param mismatch the first problem with a pepper; empty if there is none
     */
    private record Finding(boolean announced, Optional<String> mismatch) {
        Finding and(Finding next) {
            return new Finding(announced || next.announced, mismatch.or(() -> next.mismatch));
        }
    }

    private void reportPeppers(Finding found) {
        Optional<String> now = found.mismatch;
        if (now.isPresent() && !now.equals(pepperProblem)) {
            log.error("{}; keys made under it are not recognised", now.get());
        }
        pepperProblem = now;
        reportAbsence(!found.announced);
    }

    /**
     * Reports an empty Redis. The sidecar rightly denies every key then, but usually the cause is a mistake: a wrong
     * database, or lost data.
     */
    private void reportAbsence(boolean absent) {
        if (!absent) {
            everAnnounced = true;
            absence = Optional.empty();
            troubles.right("contents", "a control plane has announced its pepper again");
            return;
        }
        String where = "Redis at " + link.address();
        if (everAnnounced) {
            String text =
                    where + " has lost its contents: the control plane's pepper is no longer announced there, and keys"
                            + " that were there are unknown now (401); restore its data, and run it with"
                            + " appendonly yes";
            absence = Optional.of(text);
            troubles.wrong("contents", text);
        } else {
            absence = Optional.of(where + " is one where no control plane has announced its pepper yet; are host and"
                    + " database in redis.uri those of the control plane, and has that been started?");
        }
    }

    private Optional<String> mismatch(int version, @Nullable String published, boolean retired) {
        if (published == null) {
            return Optional.empty();
        }
        if (!peppers.versions().contains(version)) {
            return retired
                    ? Optional.empty()
                    : Optional.of("pepper version " + version + " is in use but not configured here");
        }
        return published.equals(peppers.check(version))
                ? Optional.empty()
                : Optional.of("pepper version " + version + " is not the one in use");
    }
}
