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
 * Redis' time, carried forward from when it was last asked for: the clock by which all control planes and sidecars agree on when
 * a key ends. Watches how far the local clock is from it. Where the two differ by more than {@link #MOST_SKEW}, or Redis' clock
 * was set by more, nobody knows which is right: then no end of a key is computed.
 *
 * <p>This class is thread-safe. Asking for the time blocks for one call of Redis where the last answer is too old.
 */
public final class RedisClock extends Clock {
    /** By far more than NTP allows, and less than matters to the end of a key. */
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
     * @param local to be compared with Redis' clock
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
     * Returns the time of {@code clock} from which the end of a key may be computed.
     *
     * @throws RefusedException with {@code UNAVAILABLE} if it is a Redis' clock that cannot be trusted now
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

    /** Asks Redis for its time; to be called about every second. Throws what the question throws. */
    public synchronized void look() {
        long before = nanos.getAsLong();
        long redis = redisMillis.getAsLong();
        if (observedAt != NEVER) {
            // The answer was written while the question was under way.
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

    /** Returns by how many milliseconds the local clock is ahead of Redis' (negative: behind). */
    public long skewMillis() {
        return carried.skewMillis();
    }

    /** Returns how often Redis' clock was set by more than a minute while this process watched. */
    public long jumps() {
        return jumps.get();
    }

    /** Returns what is wrong with the clocks, for people; empty if nothing is. */
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
