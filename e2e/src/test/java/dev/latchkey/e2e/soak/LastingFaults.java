package dev.latchkey.e2e.soak;

import dev.latchkey.e2e.LogPipe;
import dev.latchkey.e2e.MalformedFrames;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.Repeated;
import dev.latchkey.e2e.SlowClients;
import dev.latchkey.e2e.soak.History.Begun;
import dev.latchkey.e2e.soak.Nemesis.Fault;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import dev.latchkey.e2e.soak.SoakWorld.Endpoint;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.awaitility.Awaitility;

/** The faults that somebody or something keeps up until they end, and what is watched meanwhile. */
final class LastingFaults {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** More than passes until a step is seen, and less than the smallest step. */
    private static final double SKEW_SLACK_SECONDS = 2;
    /** What Kubernetes gives a probe if it is told nothing. */
    private static final long IN_TIME_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PROBE_PAUSE_MILLIS = 200;
    private static final int LEAST_KILLS = 1000;

    private final SoakWorld world;
    private final History history;

    /** A fault that lasts. */
    interface Lasting {
        /** Ends it, and returns what is to be said of it. */
        String end() throws IOException;
    }

    LastingFaults(SoakWorld world, History history) {
        this.world = world;
        this.history = history;
    }

    /**
     * Begins a fault.
     *
     * @param step by how much a clock is stepped, if it is one
     */
    Lasting begin(Fault fault, Endpoint sidecar, Duration step) throws IOException {
        return switch (fault) {
            case CONNECTIONS_KILLED_BY_THE_THOUSAND -> killConnections();
            case SIDECAR_LOG_UNREAD -> stallLog(sidecar.log, sidecar.checksPort);
            case CONTROL_LOG_UNREAD -> stallLog(world.controlLog(), world.controlPort);
            case SIDECAR_OPS_SLOW_CLIENTS -> holdOps(sidecar.name, sidecar.opsPort);
            case CONTROL_OPS_SLOW_CLIENTS -> holdOps("control", world.controlOpsPort);
            case SIDECAR_CLOCK_STEPPED -> stepClock(sidecar.name, sidecar.clock, step, sidecar::skewSeconds);
            case CONTROL_CLOCK_STEPPED -> stepClock("control", world.controlClock, step, world::controlSkewSeconds);
            case REDIS_CLOCK_STEPPED ->
                stepClock(
                        "redis",
                        world.redisClock,
                        step,
                        () -> -world.sidecars.get(0).skewSeconds());
            default -> throw new IllegalArgumentException(fault.text());
        };
    }

    /** Kills every connection of the product as often as Redis can, and at least a thousand times. */
    private Lasting killConnections() {
        AtomicLong killed = new AtomicLong();
        Repeated killing = new Repeated(() -> killed.addAndGet(
                world.redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme(true))));
        return () -> {
            Awaitility.await().atMost(PATIENCE).until(() -> killing.count() >= LEAST_KILLS);
            killing.close();
            return "CLIENT KILL " + killing.count() + " times, of " + killed + " connections";
        };
    }

    private static Lasting stallLog(LogPipe log, int port) {
        log.stall();
        Repeated sending = new Repeated(() -> MalformedFrames.send(port));
        return () -> {
            sending.close();
            log.resume();
            return sending.count() + " malformed frames";
        };
    }

    private Lasting holdOps(String name, int port) throws IOException {
        SlowClients clients = new SlowClients(port);
        AtomicLong slowest = new AtomicLong();
        Repeated probing = new Repeated(() -> {
            for (String path : new String[] {"/livez", "/readyz"}) {
                slowest.accumulateAndGet(probe(name, port, path), Math::max);
            }
            TimeUnit.MILLISECONDS.sleep(PROBE_PAUSE_MILLIS);
        });
        return () -> {
            probing.close();
            int reopened = clients.end();
            return "%d times two probes of %s, the slowest answer after %.0f ms; %d connections were displaced"
                    .formatted(probing.count(), name, slowest.get() / 1e6, reopened);
        };
    }

    private long probe(String name, int port, String path) {
        Begun begun = history.begin(Kind.PROBE, name, path);
        long start = System.nanoTime();
        try {
            int status = RawHttp.get(port, path).status();
            long nanos = System.nanoTime() - start;
            begun.end(status != 200 ? Outcome.WRONG : nanos > IN_TIME_NANOS ? Outcome.INFO : Outcome.OK, "" + status);
            return nanos;
        } catch (AssertionError e) {
            begun.end(Outcome.WRONG, String.valueOf(e.getCause()));
            return System.nanoTime() - start;
        }
    }

    /** @param skewSeconds by how much the process, or Redis, is seen to be ahead of the others */
    private Lasting stepClock(String name, SteppedClock clock, Duration step, DoubleSupplier skewSeconds) {
        Begun begun = history.begin(Kind.CLOCK, name, step.toString());
        clock.step(step);
        Awaitility.await(name + " stepped")
                .atMost(PATIENCE)
                .until(() -> Math.abs(skewSeconds.getAsDouble() - step.toSeconds()) < SKEW_SLACK_SECONDS);
        return () -> {
            clock.step(Duration.ZERO);
            world.awaitClocks();
            begun.end(Outcome.OK, "");
            return "the clock of %s by %+d s".formatted(name, step.toSeconds());
        };
    }
}
