package dev.latchkey.control.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);
    private final List<Duration> waits = new ArrayList<>();
    private final RateLimit pace = new RateLimit(1000, nanos::get, wait -> waits.add(Duration.ofNanos(wait)));

    @Test
    void await_moreThanThePace_waitsForThoseBefore() throws InterruptedException {
        pace.await(500);
        pace.await(500);
        pace.await(1);
        assertThat(waits).containsExactly(Duration.ZERO, Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    @Test
    void await_afterAPause_savesNothingUp() throws InterruptedException {
        pace.await(500);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        pace.await(500);
        pace.await(500);
        assertThat(waits).containsExactly(Duration.ZERO, Duration.ZERO, Duration.ofMillis(500));
    }

    @Test
    void await_partOfTheTimeHasPassed_waitsForTheRest() throws InterruptedException {
        pace.await(500);
        nanos.addAndGet(Duration.ofMillis(200).toNanos());
        pace.await(1);
        assertThat(waits).containsExactly(Duration.ZERO, Duration.ofMillis(300));
    }
}
