package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPaceTest {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration CAP = Duration.ofSeconds(2);

    private final RetryPace pace = new RetryPace(FIRST, CAP, Duration.ofSeconds(1), new Random(7));

    @ParameterizedTest(name = "after {0} failures: {1} to {2} ms")
    @CsvSource({"0, 0, 200", "1, 200, 400", "2, 400, 800", "3, 800, 1600", "4, 1000, 2000", "1000000, 1000, 2000"})
    void millis_afterFailures_isRandomWithinBoundsThatDoubleUpToTheCap(int failures, long shortest, long longest) {
        long[] delays =
                LongStream.range(0, 1000).map(i -> pace.millis(failures)).toArray();

        assertThat(LongStream.of(delays).allMatch(delay -> delay >= shortest && delay <= longest))
                .isTrue();
        // Two sidecars rarely choose the same delay.
        assertThat(LongStream.of(delays).distinct().count()).isGreaterThan(100);
    }

    @Test
    void constructor_capBelowTheFirstDelay_isRefused() {
        assertThatThrownBy(() -> new RetryPace(FIRST, Duration.ofMillis(1), Duration.ZERO, new Random(7)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
