package dev.latchkey.server.ops;

import dev.latchkey.index.IndexHeartbeat;
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
public final class Readiness {
    private final IndexHeartbeat heartbeat;
    private final Supplier<Optional<String>> cacheProblem;
    private final long graceNanos;
    private final boolean followRedis;
    private final LongSupplier nanos;
    private final long start;
    private volatile boolean warm;
    private volatile boolean draining;

    /**
     * @param cacheProblem why nothing in memory is used; empty if it is, or is not to be
     * @param grace how long to wait for Redis after the start
     * @param followRedis whether a sidecar that cannot read the index is not ready
     * @param nanos {@code System::nanoTime}
     */
    public Readiness(
            IndexHeartbeat heartbeat,
            Supplier<Optional<String>> cacheProblem,
            Duration grace,
            boolean followRedis,
            LongSupplier nanos) {
        this.heartbeat = heartbeat;
        this.cacheProblem = cacheProblem;
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

    /** Returns what is wrong but no obstacle, for people. */
    public List<String> details() {
        return Stream.concat(heartbeat.details().stream(), cacheProblem.get().stream())
                .distinct()
                .toList();
    }

    private boolean waitsForRedis() {
        return !heartbeat.reached() && nanos.getAsLong() - start < graceNanos;
    }
}
