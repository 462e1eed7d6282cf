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
 * Asks Redis once a second for its time and for a record, and now and then whether the peppers here are those of the control
 * plane and whether the user has its permissions. Answers the questions: was the index ever reached, is it reachable now, and
 * can keys be recognised in it at all? Has a connection that stays open without an answer replaced.
 *
 * <p>This class is thread-safe.
 */
public final class IndexHeartbeat implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IndexHeartbeat.class);
    /** How often to look while the index cannot be read, so that a recovery shows at once; ten times less often otherwise. */
    private static final long PERIOD_MILLIS = 100;

    private static final int TICKS_PER_BEAT = 10;
    private static final int TICKS_PER_INSPECTION = 100;
    private static final long SKEW_WARNING_MILLIS = 2000;

    /**
     * A connection that has been silent for so long is given up. TCP alone notices a path that is gone, or was forgotten by a
     * firewall, only after minutes.
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

    /** @param nanos {@code System::nanoTime}, by which {@link #problemSeconds} is measured */
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

    /** Begins to beat, on {@code scheduler}; a beat does not block it. */
    public void start(ScheduledExecutorService scheduler) {
        schedule = scheduler.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tells whether Redis has answered since the start. */
    public boolean reached() {
        return reached;
    }

    /** Returns why the index cannot be read now; empty if it can. Holds no secret. */
    public Optional<String> problem() {
        return problem;
    }

    /** Returns for how many seconds the index could not be read; 0 if it can. */
    public long problemSeconds() {
        return problem.isEmpty() ? 0 : TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - problemSince);
    }

    /** Returns which pepper is not the control plane's, or is missing here; empty if none is known to be. */
    public Optional<String> pepperProblem() {
        return pepperProblem;
    }

    /** Returns everything that people should know of the index, {@link #problem} first. Holds no secret. */
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
                        // What fails because its connection is gone already is no news of the present one.
                        if (failure == null || link.isCurrent(redis)) {
                            beaten(failure);
                            redialIfSilent(redis, failure);
                        }
                    });
        } catch (IndexException e) {
            // No connection: it is the link's to get one.
            lastAnswer = System.nanoTime();
            beaten(e);
        }
    }

    /** Whether something is permitted is for the inspection to find out. */
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

    /** An error is an answer as well; a full queue of unanswered commands is none. */
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

    /** Each canary has a higher number than those before; what is gone, or cannot be read, counts as 0. */
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

    /** Returns how often Redis' history was seen to go back: it was restored, emptied, or lost its last writes. */
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
     * What Redis tells of some peppers.
     *
     * @param announced whether a control plane has announced any of them
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

    /** An empty Redis denies every key, which is right and yet mostly a mistake: another database, or data that was lost. */
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
                            + " that were there are unknown now (401); restore its data, and run it with appendonly yes";
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
