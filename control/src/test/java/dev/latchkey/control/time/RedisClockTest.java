package dev.latchkey.control.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.rules.RefusedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RedisClockTest {
    private static final long START = FakeClock.START.toEpochMilli();

    private final FakeClock local = new FakeClock();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong redis = new AtomicLong(START);
    private final RedisClock clock = new RedisClock(local, nanos::get, redis::get);

    @Test
    void millis_betweenTwoLooks_isRedisTimeCarriedForward() {
        redis.addAndGet(500);
        assertThat(clock.millis()).isEqualTo(START + 500);

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
        assertThat(clock.millis()).isEqualTo(START + 3500);
        assertThat(RedisClock.millisForEnds(clock)).isEqualTo(START + 3500);
    }

    @Test
    void millis_lastLookIsOld_asksRedisAgain() {
        clock.look();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
        local.advance(Duration.ofSeconds(30));
        redis.addAndGet(31_000);

        assertThat(clock.millis()).isEqualTo(START + 31_000);
    }

    @Test
    void localClock_isAnHourOff_isSaidAndNoEndIsComputed() {
        local.advance(Duration.ofHours(1));
        clock.look();

        assertThat(clock.skewMillis()).isEqualTo(3_600_000);
        assertThat(clock.detail()).hasValueSatisfying(text -> assertThat(text).contains("by 3600 s"));
        assertThat(clock.millis()).isEqualTo(START);
        assertRefused("3600 s");
    }

    @Test
    void localClock_isSecondsOff_isSaidAndEndsGoByRedis() {
        local.advance(Duration.ofSeconds(-30));
        clock.look();

        assertThat(clock.detail()).hasValueSatisfying(text -> assertThat(text).contains("by -30000 ms"));
        assertThat(RedisClock.millisForEnds(clock)).isEqualTo(START);
    }

    /** Both on one machine: they agree, and yet nobody knows which time is right. */
    @Test
    void bothClocks_areSetTogether_isSaidAndNoEndIsComputedForAMinute() {
        clock.look();
        local.advance(Duration.ofHours(-2));
        redis.addAndGet(-Duration.ofHours(2).toMillis());
        clock.look();

        assertThat(clock.skewMillis()).isZero();
        assertThat(clock.jumps()).isEqualTo(1);
        assertRefused("was set by -7200 s");

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
        local.advance(Duration.ofSeconds(61));
        redis.addAndGet(61_000);
        clock.look();
        assertThatCode(() -> RedisClock.millisForEnds(clock)).doesNotThrowAnyException();
        assertThat(clock.detail()).isEmpty();
    }

    private void assertRefused(String cause) {
        assertThatThrownBy(() -> RedisClock.millisForEnds(clock))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.UNAVAILABLE))
                .hasMessageContaining(cause)
                .hasMessageContaining("nothing was changed");
    }
}
