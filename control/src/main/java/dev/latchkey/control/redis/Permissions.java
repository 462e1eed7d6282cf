package dev.latchkey.control.redis;

import java.util.Optional;

/**
 * Answers the question: may the control plane's Redis user do everything that it needs? So that a permission is not first
 * missed in the middle of somebody's change.
 *
 * <p>{@link #look} is for one thread; the rest is thread-safe.
 */
public final class Permissions {
    private final RedisCalls redis;
    private volatile Optional<String> problem = Optional.empty();

    public Permissions(RedisCalls redis) {
        this.redis = redis;
    }

    /** Asks Redis. Never throws; false means that it should be asked again soon. */
    public boolean look() {
        try {
            problem = redis.lack();
            redis.log("permissions", problem, "the user of Redis may do all that it needs");
            return problem.isEmpty();
        } catch (StoreException e) {
            // Others say so: nothing is known of permissions.
            return false;
        }
    }

    /** Returns what the user lacks, for people; empty if nothing. */
    public Optional<String> problem() {
        return problem;
    }
}
