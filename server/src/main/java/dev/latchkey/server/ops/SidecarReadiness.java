package dev.latchkey.server.ops;

import dev.latchkey.redis.health.IndexHeartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Answers the question: should this sidecar be sent checks? It is not ready until it has warmed up, until Redis was reached once
 * or the grace period has passed, while a pepper of the control plane's is missing or another one here, and once it drains. A later loss of Redis
 * is a detail, unless the setting says otherwise: a blip must not take a whole fleet out of rotation.
 *
 * <p>This class is thread-safe.
 */
public final class SidecarReadiness {
    /** A shorter trouble is no news to whoever reads one line. */
    private static final long LONG_SECONDS = 60;

    private final IndexHeartbeat heartbeat;
    private final Supplier<Optional<String>> cacheProblem;
    private final UnansweredChecks unanswered;
    private final List<String> warnings;
    private final long graceNanos;
    private final boolean followRedis;
    private final LongSupplier nanos;
    private final long start;
    private volatile boolean warm;
    private volatile boolean draining;

    /**
     * @param cacheProblem why nothing in memory is used; empty if it is, or is not to be
     * @param unanswered for how long no check could be answered
     * @param warnings what is wrong from start to end, but no obstacle
     * @param grace how long to wait for Redis after the start
     * @param followRedis whether a sidecar that cannot read the index is not ready
     * @param nanos {@code System::nanoTime}
     */
    public SidecarReadiness(
            IndexHeartbeat heartbeat,
            Supplier<Optional<String>> cacheProblem,
            UnansweredChecks unanswered,
            List<String> warnings,
            Duration grace,
            boolean followRedis,
            LongSupplier nanos) {
        this.heartbeat = heartbeat;
        this.cacheProblem = cacheProblem;
        this.unanswered = unanswered;
        this.warnings = List.copyOf(warnings);
        this.graceNanos = grace.toNanos();
        this.followRedis = followRedis;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    /** Says that the warm-up is over. */
    public void warmedUp() {
        warm = true;
    }

    /** Says that this sidecar is about to stop; there is no way back. */
    public void drain() {
        draining = true;
    }

    public boolean ready() {
        return obstacles().isEmpty();
    }

    /** Returns what keeps the sidecar from being ready, for people; empty if it is ready. */
    public List<String> obstacles() {
        List<String> obstacles = new ArrayList<>();
        if (draining) {
            obstacles.add("draining");
        }
        if (!warm) {
            obstacles.add("warming up");
        }
        heartbeat.pepperProblem().ifPresent(obstacles::add);
        Optional<String> redis = heartbeat.problem();
        if (redis.isPresent() && (followRedis || waitsForRedis())) {
            obstacles.add(redis.get());
        }
        return obstacles;
    }

    /**
     * Returns the one line that says whether this sidecar is ready. It never says so alone while, for a minute or longer, the
     * index could not be read or every check that needed it was answered 503.
     */
    public String summary() {
        if (!ready()) {
            return "not ready";
        }
        long unread = heartbeat.problemSeconds();
        long failing = Math.max(unread, unanswered.seconds());
        if (failing < LONG_SECONDS) {
            return "ready";
        }
        String cause = heartbeat.problem().orElse("see latchkey_decisions_total by reason");
        return "ready, but no check of a key could be answered for " + failing + " s: " + cause;
    }

    /** Returns what is wrong but no obstacle, for people. */
    public List<String> details() {
        return Stream.of(heartbeat.details().stream(), cacheProblem.get().stream(), warnings.stream())
                .flatMap(details -> details)
                .distinct()
                .toList();
    }

    private boolean waitsForRedis() {
        return !heartbeat.reached() && nanos.getAsLong() - start < graceNanos;
    }
}
