package dev.latchkey.control.explain;

import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Peppers;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * An explainer of decisions. It decides about a request with the same {@link Decider} as a sidecar and reports the
 * result of each step. It reads the index and writes nothing.
 *
 * <p>This class is thread-safe. Its method blocks until the index has answered.
 */
public final class Explainer {
    private final Policies policies;
    private final Peppers peppers;
    private final KeyIndex index;
    private final LongSupplier now;

    /** @param now epoch milliseconds, for expiry; may block */
    public Explainer(Policies policies, Peppers peppers, KeyIndex index, LongSupplier now) {
        this.policies = policies;
        this.peppers = peppers;
        this.index = index;
        this.now = now;
    }

    /**
     * Explains the decision about {@code question}. Never fails: if the index cannot be read, the explanation says so.
     * A key outside {@code reach} is explained as a key that does not exist.
     */
    public Explanation explain(WorkspaceScope reach, Question question) {
        // Read the time once, on this thread: the decision might ask for it on a thread that must not block.
        long time = now.getAsLong();
        Witness witness = new Witness(index, reach);
        Decision decision = new Decider(policies, peppers, witness, () -> time)
                .decide(question.request())
                .join();
        List<Finding> findings = new Findings(question, decision, witness, policies, time).all();
        return new Explanation(decision, findings);
    }
}
