package dev.latchkey.control.redis;

import java.util.Optional;

/**
 * A monitor that checks whether the control plane's Redis user has every permission that the control plane needs, so
 * that a missing permission is reported before it breaks a change.
 *
 * <p>{@link #look} must be called by one thread at a time; the other methods are thread-safe.
 */
public final class Permissions {
    private final RedisCalls redis;
    private volatile Optional<String> problem = Optional.empty();

    public Permissions(RedisCalls redis) {
        this.redis = redis;
    }

    /** Checks the permissions. Never throws. False means that the caller should check again soon. */
    public boolean look() {
        try {
            problem = redis.lack();
            redis.log("permissions", problem, "the user of Redis may do all that it needs");
            return problem.isEmpty();
        } catch (StoreException e) {
            // The link reports that Redis is unreachable. Nothing is known about permissions, so the last result stays.
            return false;
        }
    }

    /** Returns a message that names the missing permissions; empty if none is missing. */
    public Optional<String> problem() {
        return problem;
    }
}
