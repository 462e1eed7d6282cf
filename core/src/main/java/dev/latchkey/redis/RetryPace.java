package dev.latchkey.redis;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt to connect: promptly after a connection that worked was lost, then with exponential
 * backoff up to a cap. Each delay is random, so that the sidecars that lost their Redis together do not return together.
 *
 * <p>This class is immutable, and thread-safe if {@code random} is.
 *
 * @param first the longest delay before the first attempt; doubled for each attempt that failed
 * @param cap no delay is longer
 * @param steady a connection that lasted for less than this counts as a failed attempt
 */
public record RetryPace(Duration first, Duration cap, Duration steady, RandomGenerator random) {
    private static final int MAX_DOUBLINGS = 20;

    public RetryPace {
        if (first.toMillis() < 1 || cap.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "first " + first + ", cap " + cap + " (expected: at least 1 ms, and first at most cap)");
        }
    }

    /** Returns the pace of a process in service. */
    public static RetryPace ofSystem() {
        return new RetryPace(Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(1), new Random());
    }

    /**
     * Returns the delay in milliseconds before the next attempt.
     *
     * @param failures attempts that failed since a connection last worked: 0 after the loss of one that did
     */
    public long millis(int failures) {
        long longest = Math.min(cap.toMillis(), first.toMillis() << Math.min(failures, MAX_DOUBLINGS));
        return failures == 0 ? random.nextLong(longest + 1) : between(longest / 2, longest);
    }

    private long between(long shortest, long longest) {
        return shortest + random.nextLong(longest - shortest + 1);
    }
}
