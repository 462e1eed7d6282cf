package dev.latchkey.control.api;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * Makes the times of calls histograms of fixed buckets, and of all other distributions a count and a sum. The server would keep
 * nine percentiles of each, 100 KB a set of labels, which moreover nobody can add up over several control planes. To be given to
 * the registry before the server. Stateless.
 */
public final class CallBuckets implements MeterFilter {
    /** From a get to the turn of a long call; beyond the last one callers have given up. */
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
