package dev.latchkey.control.time;

import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.index.IndexClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of Redis, extrapolated from its last observation: the clock by which all control planes and sidecars agree
 * on when a key expires. This class also monitors the distance to the local clock. If the two differ by more than
 * {@link #MOST_SKEW}, or if the clock of Redis was set by more than that, nobody knows which clock is right, and no
 * expiry is computed.
 *
 * <p>This class is thread-safe. Reading the time blocks for one call to Redis if the last observation is too old.
 */
public final class RedisClock extends Clock {
    /** Far more than NTP allows, and less than matters for the expiry of a key. */
    static final Duration MOST_SKEW = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(RedisClock.class);
    private static final long WARNING_MILLIS = 2000;
    private static final Duration TOO_OLD = Duration.ofSeconds(10);
    private static final long NEVER = Long.MIN_VALUE;

    private final Clock local;
    private final LongSupplier nanos;
    private final LongSupplier redisMillis;
    private final IndexClock carried;
    private final AtomicLong jumps = new AtomicLong();
    private volatile long observedAt = NEVER;
    private volatile long jumpedAt = NEVER;
    private volatile long jump;
    private volatile boolean warned;

    /**
     * @param local the clock to compare with the clock of Redis
     * @param nanos {@code System::nanoTime}
     * @param redisMillis asks Redis for its time, epoch milliseconds; may throw
     */
    public RedisClock(Clock local, LongSupplier nanos, LongSupplier redisMillis) {
        this.local = local;
        this.nanos = nanos;
        this.redisMillis = redisMillis;
        this.carried = new IndexClock(local::millis, nanos);
    }

    /**
     * Returns the time of {@code clock} for computing the expiry of a key.
     *
     * @throws RefusedException with {@code UNAVAILABLE} if {@code clock} is a clock of Redis that cannot be trusted now
     */
    public static long millisForEnds(Clock clock) {
        long now = clock.millis();
        if (clock instanceof RedisClock known) {
            known.distrust().ifPresent(cause -> {
                throw new RefusedException(
                        Kind.UNAVAILABLE,
                        cause + ", so it is not known when a key would expire, and nothing was changed; set both clocks"
                                + " (NTP) and repeat the call. Keys without an end can be made, and keys revoked");
            });
        }
        return now;
    }

    /** Asks Redis for its time. Should be called about every second. Throws any exception of the call. */
    public synchronized void look() {
        long before = nanos.getAsLong();
        long redis = redisMillis.getAsLong();
        if (observedAt != NEVER) {
            // Redis read its clock at some point during the call, so a difference as long as the call proves nothing.
            long under = Duration.ofNanos(nanos.getAsLong() - before).toMillis();
            long away = redis - carried.redisMillis();
            if (Math.abs(away) - under > MOST_SKEW.toMillis()) {
                jump = away;
                jumpedAt = nanos.getAsLong();
                jumps.incrementAndGet();
                log.error("Redis' clock was set by {} s between two looks", away / 1000);
            }
        }
        carried.observe(redis);
        // Keeps NEVER free to mean that there was no observation.
        observedAt = Math.max(nanos.getAsLong(), NEVER + 1);
        warn();
    }

    private void warn() {
        boolean skewed = detail().isPresent();
        if (skewed && !warned) {
            log.warn("{}", detail().orElseThrow());
        } else if (!skewed && warned) {
            log.info("the clock here and Redis' agree again");
        }
        warned = skewed;
    }

    /** Returns by how many milliseconds the local clock is ahead of the clock of Redis; negative if it is behind. */
    public long skewMillis() {
        return carried.skewMillis();
    }

    /** Returns how often the clock of Redis was set by more than a minute during this process. */
    public long jumps() {
        return jumps.get();
    }

    /** Returns the problem with the clocks, for people; empty if there is none. */
    public Optional<String> detail() {
        Optional<String> distrust = distrust();
        long skew = skewMillis();
        return distrust.isPresent() || Math.abs(skew) <= WARNING_MILLIS
                ? distrust
                : Optional.of("the clock here differs from Redis' by " + skew + " ms (expected: at most "
                        + WARNING_MILLIS + " ms)");
    }

    /** Returns the local clock. */
    public Clock local() {
        return local;
    }

    @Override
    public long millis() {
        long last = observedAt;
        if (last == NEVER || nanos.getAsLong() - last > TOO_OLD.toNanos()) {
            look();
        }
        return carried.redisMillis();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("UTC only");
    }

    private Optional<String> distrust() {
        long skew = skewMillis();
        if (Math.abs(skew) > MOST_SKEW.toMillis()) {
            return Optional.of("the clock here differs from Redis' by " + skew / 1000 + " s (expected: at most "
                    + MOST_SKEW.toSeconds() + " s)");
        }
        long at = jumpedAt;
        return at != NEVER && nanos.getAsLong() - at < MOST_SKEW.toNanos()
                ? Optional.of(
                        "Redis' clock was set by " + jump / 1000 + " s less than " + MOST_SKEW.toSeconds() + " s ago")
                : Optional.empty();
    }
}
