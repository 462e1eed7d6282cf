package dev.latchkey.redis;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * A backoff policy for attempts to connect. The first attempt after the loss of a working connection is prompt;
 * further delays grow exponentially up to a cap. Each delay is random, so that sidecars that lost their Redis together
 * do not reconnect together.
 *
 * <p>This class is immutable. It is thread-safe if {@code random} is thread-safe.
 *
 * @param first the longest delay before the first attempt; doubled for each failed attempt
 * @param cap the longest delay of all
 * @param steady the shortest lifetime of a working connection; the loss of a younger one counts as a failed attempt
 * @param random the source of the random delays
 */
public record RetryPace(Duration first, Duration cap, Duration steady, RandomGenerator random) {
    private static final int MAX_DOUBLINGS = 20;

    public RetryPace {
        if (first.toMillis() < 1 || cap.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "first " + first + ", cap " + cap + " (expected: at least 1 ms, and first at most cap)");
        }
    }

    /** Returns the policy for a process in production. */
    public static RetryPace ofSystem() {
        return new RetryPace(Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(1), new Random());
    }

    /**
     * Returns the delay in milliseconds before the next attempt.
     *
     * @param failures the failed attempts since a connection last worked; 0 right after a working connection was lost
     */
    public long millis(int failures) {
        long longest = Math.min(cap.toMillis(), first.toMillis() << Math.min(failures, MAX_DOUBLINGS));
        return failures == 0 ? random.nextLong(longest + 1) : between(longest / 2, longest);
    }

    private long between(long shortest, long longest) {
        return shortest + random.nextLong(longest - shortest + 1);
    }
}
