package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IndexClockTest {
    private final AtomicLong wall = new AtomicLong(1_000_000);
    private final AtomicLong nanos = new AtomicLong(-5_000);
    private final IndexClock clock = new IndexClock(wall::get, nanos::get);

    @Test
    void now_beforeAnyAnswer_isTheLocalClock() {
        assertThat(clock.getAsLong()).isEqualTo(1_000_000);
        assertThat(clock.skewMillis()).isZero();
    }

    @Test
    void now_localClockBehind_isRedisTimeCarriedForward() {
        clock.observe(1_060_000);
        nanos.addAndGet(1_500_000_000L);
        wall.addAndGet(1_500);

        assertThat(clock.getAsLong()).isEqualTo(1_061_500);
        assertThat(clock.skewMillis()).isEqualTo(-60_000);
    }

    @Test
    void now_localClockAhead_isTheLocalClock() {
        clock.observe(940_000);

        assertThat(clock.getAsLong()).isEqualTo(1_000_000);
        assertThat(clock.skewMillis()).isEqualTo(60_000);
    }

    @Test
    void now_localClockSetBack_doesNotGoBackBeyondRedis() {
        clock.observe(1_000_000);
        wall.set(0);
        nanos.addAndGet(10_000_000_000L);

        assertThat(clock.getAsLong()).isEqualTo(1_010_000);
    }
}
