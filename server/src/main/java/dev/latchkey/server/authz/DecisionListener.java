package dev.latchkey.server.authz;

import dev.latchkey.decision.Decision;

/**
 * A listener for the decision of every check that is answered. Implementations must be thread-safe and must not block,
 * since they are called on event loops.
 */
@FunctionalInterface
public interface DecisionListener {

    /**
     * Called for each response.
     *
     * @param nanos the nanoseconds from the arrival of the check to its response
     */
    void decided(Decision decision, long nanos);

    /** Returns a listener that calls this listener, then {@code next}. */
    default DecisionListener andThen(DecisionListener next) {
        return (decision, nanos) -> {
            decided(decision, nanos);
            next.decided(decision, nanos);
        };
    }
}
