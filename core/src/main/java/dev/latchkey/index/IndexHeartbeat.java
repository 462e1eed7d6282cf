package dev.latchkey.index;

import dev.latchkey.key.Peppers;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Redis once a second for its time, and now and then whether the peppers here are those of the control plane. Answers
 * the questions: was the index ever reached, is it reachable now, and can keys be recognised in it at all? Has a connection that
 * stays open without an answer replaced.
 *
 * <p>This class is thread-safe.
 */
public final class IndexHeartbeat implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IndexHeartbeat.class);
    /** How often to look while something is wrong, so that a recovery shows at once; ten times less often otherwise. */
    private static final long PERIOD_MILLIS = 100;

    private static final int TICKS_PER_BEAT = 10;
    private static final int TICKS_PER_PEPPER_CHECK = 100;
    private static final long SKEW_WARNING_MILLIS = 2000;

    /**
     * A connection that has been silent for so long is given up. TCP alone notices a path that is gone, or was forgotten by a
     * firewall, only after minutes.
     */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final RedisLink link;
    private final IndexSchema schema;
    private final IndexClock clock;
    private final Peppers peppers;
    private @Nullable ScheduledFuture<?> schedule;
    private volatile boolean reached;
    private volatile Optional<String> problem = Optional.of("not connected to Redis yet");
    private volatile Optional<String> pepperProblem = Optional.empty();
    private volatile boolean skewed;
    private volatile long lastAnswer = System.nanoTime();
    private int ticks;

    public IndexHeartbeat(RedisLink link, IndexSchema schema, IndexClock clock, Peppers peppers) {
        this.link = link;
        this.schema = schema;
        this.clock = clock;
        this.peppers = peppers;
    }

    /** Begins to beat, on {@code scheduler}; a beat does not block it. */
    public void start(ScheduledExecutorService scheduler) {
        schedule = scheduler.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tells whether Redis has answered since the start. */
    public boolean reached() {
        return reached;
    }

    /** Returns why Redis does not answer now; empty if it does. Holds no secret. */
    public Optional<String> problem() {
        return problem;
    }

    /** Returns which pepper is not the control plane's, or is missing here; empty if none is known to be. */
    public Optional<String> pepperProblem() {
        return pepperProblem;
    }

    @Override
    public void close() {
        ScheduledFuture<?> current = schedule;
        if (current != null) {
            current.cancel(false);
        }
    }

    private void tick() {
        boolean wrong = problem.isPresent() || pepperProblem.isPresent();
        int tick = ticks++;
        if (wrong || tick % TICKS_PER_BEAT == 0) {
            beat(/* checkPeppers= */ wrong || tick % TICKS_PER_PEPPER_CHECK == 0);
        }
    }

    private void beat(boolean checkPeppers) {
        try {
            CompletableFuture<List<String>> time = link.commands().time().toCompletableFuture();
            CompletableFuture<Void> unused = time.thenAccept(this::observe)
                    .thenCompose(done -> checkPeppers ? comparePeppers() : CompletableFuture.completedFuture(null))
                    .whenComplete((done, failure) -> {
                        reached |= failure == null;
                        report(Optional.ofNullable(failure).map(IndexHeartbeat::text));
                        redialIfSilent(failure);
                    });
        } catch (IndexException e) {
            // No connection: it is the link's to get one.
            lastAnswer = System.nanoTime();
            report(Optional.of(link.problem().orElseGet(e::getMessage)));
        }
    }

    /** An error is an answer as well; a full queue of unanswered commands is none. */
    private void redialIfSilent(@Nullable Throwable failure) {
        long now = System.nanoTime();
        if (failure == null || IndexException.unwrap(failure) instanceof RedisCommandExecutionException) {
            lastAnswer = now;
        } else if (now - lastAnswer > SILENCE_NANOS) {
            lastAnswer = now;
            link.redial();
        }
    }

    private void observe(List<String> time) {
        clock.observe(Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000);
        long skew = clock.skewMillis();
        boolean now = Math.abs(skew) > SKEW_WARNING_MILLIS;
        if (now && !skewed) {
            log.warn(
                    "the clock here differs from Redis' by {} ms (expected: at most {} ms)", skew, SKEW_WARNING_MILLIS);
        }
        skewed = now;
    }

    private CompletableFuture<Void> comparePeppers() {
        return IntStream.rangeClosed(1, Peppers.MAX_VERSION)
                .mapToObj(version -> read(schema.pepperCheck(version))
                        .thenCombine(
                                read(schema.pepperRetired(version)),
                                (published, retired) -> mismatch(version, published, retired != null)))
                .reduce((a, b) -> a.thenCombine(b, (x, y) -> x.isPresent() ? x : y))
                .orElseThrow()
                .thenAccept(this::reportPeppers);
    }

    private CompletableFuture<@Nullable String> read(String name) {
        return link.commands().get(name).toCompletableFuture();
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

    private void reportPeppers(Optional<String> now) {
        if (now.isPresent() && !now.equals(pepperProblem)) {
            log.error("{}; keys made under it are not recognised", now.get());
        }
        pepperProblem = now;
    }

    private void report(Optional<String> now) {
        if (!now.equals(problem)) {
            now.ifPresentOrElse(
                    text -> log.warn("the index cannot be read: {}", text), () -> log.info("the index can be read"));
        }
        problem = now;
    }

    private static String text(Throwable failure) {
        Throwable cause = IndexException.unwrap(failure);
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
