package dev.latchkey.server.authz;

import dev.latchkey.decision.Decision;

/** Is told of every answer that was given. Called on event loops: must not block. Implementations are thread-safe. */
@FunctionalInterface
public interface DecisionListener {

    /** @param nanos from the arrival of the check to its answer */
    void decided(Decision decision, long nanos);

    /** Returns one that tells this, then {@code next}. */
    default DecisionListener andThen(DecisionListener next) {
        return (decision, nanos) -> {
            decided(decision, nanos);
            next.decided(decision, nanos);
        };
    }
}
