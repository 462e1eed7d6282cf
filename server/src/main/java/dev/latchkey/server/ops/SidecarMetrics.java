package dev.latchkey.server.ops;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.log.DroppedLines;
import dev.latchkey.server.authz.DecisionListener;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The sidecar's metrics, in the Prometheus text format. The counter of every reason exists from the start with value 0,
 * so that its rate is correct from the first event on.
 *
 * <p>This class is thread-safe; counting takes no lock.
 */
public final class SidecarMetrics implements DecisionListener, AutoCloseable {
    private static final int REHEARSAL_PACE = 1000;

    private final PrometheusMeterRegistry registry;
    private final Map<Reason, Counter> decisions = new EnumMap<>(Reason.class);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Timer duration;
    private final Timer revocation;

    public SidecarMetrics() {
        this(new PacedClock(1));
    }

    private SidecarMetrics(Clock clock) {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), clock);
        for (Reason reason : Reason.values()) {
            decisions.put(
                    reason,
                    Counter.builder("latchkey.decisions")
                            .description("Checks answered, by what the caller was told and why")
                            .tag("code", reason.code())
                            .tag("reason", reason.text())
                            .register(registry));
        }
        duration = Timer.builder("latchkey.check.duration")
                .description("From the arrival of a check to its answer")
                .serviceLevelObjectives(
                        Duration.ofNanos(50_000),
                        Duration.ofNanos(200_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(200))
                .register(registry);
        revocation = Timer.builder("latchkey.revocation")
                .description("From the writing of a canary until its push was processed here: so long a revoke takes")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
                .register(registry);
        for (DroppedLines cause : DroppedLines.all()) {
            counted(
                    "latchkey.log.dropped",
                    "Log lines that were not written",
                    cause,
                    DroppedLines::count,
                    "cause",
                    cause.cause());
        }
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /**
     * Returns metrics for the warm-up, which nobody reads. Their clock runs fast, so that work that occurs once a
     * minute occurs as well.
     */
    public static SidecarMetrics rehearsal() {
        return new SidecarMetrics(new PacedClock(REHEARSAL_PACE));
    }

    @Override
    public void decided(Decision decision, long nanos) {
        Counter counter = decisions.get(decision.reason());
        if (counter != null) {
            counter.increment();
        }
        duration.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Registers a gauge whose value is read at every scrape. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    /**
     * Registers a counter whose value is kept elsewhere and only grows.
     *
     * @param counters held weakly by the library: the caller must keep a reference
     */
    <T> void counted(String name, String description, T counters, ToDoubleFunction<T> count, String... tags) {
        FunctionCounter.builder(name, counters, count)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** Registers a counter and returns a function that increments it. */
    Runnable counter(String name, String description, String... tags) {
        Counter counter =
                Counter.builder(name).description(description).tags(tags).register(registry);
        return counter::increment;
    }

    void revocation(long millis) {
        revocation.record(millis, TimeUnit.MILLISECONDS);
    }

    /** Returns all metrics in the Prometheus text format 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }

    /**
     * A clock whose wall time, by which the registry rotates its time windows, runs {@code pace} times as fast. Real
     * and warm-up metrics use this same class, because the JVM compiles a call for the classes that it has seen.
     */
    private record PacedClock(int pace) implements Clock {
        @Override
        public long wallTime() {
            return pace * System.currentTimeMillis();
        }

        @Override
        public long monotonicTime() {
            return System.nanoTime();
        }
    }
}
