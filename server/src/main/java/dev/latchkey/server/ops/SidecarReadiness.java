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
 * The readiness of this sidecar. The sidecar is not ready until it has warmed up; until Redis was reached once or
 * the grace period has passed; while it lacks a pepper of the control plane or has a different one; and once it
 * drains. A later loss of Redis is a detail, unless the settings say otherwise: a short outage must not take a whole
 * fleet out of rotation.
 *
 * <p>This class is thread-safe.
 */
public final class SidecarReadiness {
    /** Problems shorter than this are left out of the summary. */
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
     * @param cacheProblem why records in memory are not used; empty if they are used, or the cache is disabled
     * @param unanswered measures for how long no check could be answered
     * @param warnings problems that last from start to stop and do not affect readiness
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

    /** Reports the end of the warm-up. */
    public void warmedUp() {
        warm = true;
    }

    /** Makes this sidecar not ready, because it is about to stop; this is final. */
    public void drain() {
        draining = true;
    }

    public boolean ready() {
        return obstacles().isEmpty();
    }

    /** Returns the conditions that keep the sidecar from being ready, for people; empty if it is ready. */
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
     * Returns the one-line summary of the readiness. If the sidecar is ready, but for a minute or longer the index
     * could not be read or every check that needed the index was answered 503, the line says so.
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

    /** Returns the problems that do not affect readiness, for people. */
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
