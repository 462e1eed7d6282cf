package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final long LENGTH = Duration.ofSeconds(2).toNanos();

    private long nanos = Long.MAX_VALUE - LENGTH; // overflows on the way
    private long wallMillis = 1_800_000_000_000L;
    private final Lease lease = new Lease(LENGTH, () -> nanos, () -> wallMillis);

    @Test
    void held_neverExtended_isNot() {
        assertThat(lease.held()).isFalse();
        assertThat(lease.remainingNanos()).isZero();
    }

    @Test
    void held_extended_isUntilItsLengthAfterTheSending() {
        Lease.Sent sent = lease.send();
        advance(Duration.ofMillis(500));
        lease.extend(sent);

        advance(Duration.ofMillis(1500).minusNanos(1));
        assertThat(lease.held()).isTrue();
        assertThat(lease.remainingNanos()).isOne();

        advance(Duration.ofNanos(1));
        assertThat(lease.held()).isFalse();
    }

    @Test
    void held_answerThatTookLongerThanTheLease_isNot() {
        Lease.Sent sent = lease.send();
        advance(Duration.ofSeconds(3));
        lease.extend(sent);

        assertThat(lease.held()).isFalse();
    }

    @Test
    void held_wallClockJumps_isNotUntilExtendedAgain() {
        lease.extend(lease.send());

        wallMillis += 501; // a machine that was suspended: the monotonic clock stood still
        assertThat(lease.held()).isFalse();

        lease.extend(lease.send());
        assertThat(lease.held()).isTrue();
        wallMillis -= 501;
        assertThat(lease.held()).isFalse();
    }

    @Test
    void held_wallClockJumpsWhileTheHeartbeatIsUnderWay_isNot() {
        Lease.Sent sent = lease.send();
        wallMillis += 3_600_000;
        lease.extend(sent);

        assertThat(lease.held()).isFalse();
    }

    /** As long as it may be taken for slewing, a suspension counts as time all the same. */
    @Test
    void remainingNanos_wallClockGetsAhead_isLessByThat() {
        lease.extend(lease.send());

        wallMillis += 400;

        assertThat(lease.remainingNanos())
                .isEqualTo(LENGTH - Duration.ofMillis(400).toNanos());
    }

    @Test
    void held_wallClockIsSlewed_staysHeld() {
        lease.extend(lease.send());

        wallMillis += 400;
        assertThat(lease.held()).isTrue();
        wallMillis -= 800;
        assertThat(lease.remainingNanos()).isEqualTo(LENGTH);
    }

    private void advance(Duration time) {
        nanos += time.toNanos();
        wallMillis += time.toMillis();
    }
}
