package dev.latchkey.control.api;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * A meter filter that records call durations as histograms with fixed buckets, and every other distribution as a count
 * and a sum. By default the server would keep nine percentiles of each distribution: 100 KB per set of labels, and
 * percentiles of several control planes cannot be added up. The filter must be added to the registry before the server
 * is. This class is stateless.
 */
public final class CallBuckets implements MeterFilter {
    /**
     * The upper bounds of the buckets, from a single read to a long call. Beyond the last bound, callers have given up.
     */
    private static final double[] NANOS = Stream.of(
                    Duration.ofMillis(2),
                    Duration.ofMillis(5),
                    Duration.ofMillis(10),
                    Duration.ofMillis(25),
                    Duration.ofMillis(50),
                    Duration.ofMillis(100),
                    Duration.ofMillis(250),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(2500),
                    Duration.ofSeconds(10))
            .mapToDouble(Duration::toNanos)
            .toArray();

    private static final String CALL_TIME = "latchkey.control.total.duration";

    @Override
    public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        DistributionStatisticConfig.Builder fixed =
                DistributionStatisticConfig.builder().percentiles(new double[0]).percentilesHistogram(false);
        if (id.getName().equals(CALL_TIME)) {
            fixed.serviceLevelObjectives(NANOS);
        }
        return fixed.build().merge(config);
    }
}
