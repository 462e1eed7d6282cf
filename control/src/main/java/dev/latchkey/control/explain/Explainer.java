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
 * Decides about a request as a sidecar does, by the same {@link Decider}, and tells what it looked at. Reads the index, writes
 * nothing.
 *
 * <p>This class is thread-safe. Its method blocks for as long as the index takes.
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
     * Never fails: where the index cannot be read, that is the explanation. A key beyond {@code reach} is explained as one that
     * does not exist.
     */
    public Explanation explain(WorkspaceScope reach, Question question) {
        // Once and here: the decision may ask for it on a thread that must not wait.
        long time = now.getAsLong();
        Witness witness = new Witness(index, reach);
        Decision decision = new Decider(policies, peppers, witness, () -> time)
                .decide(question.request())
                .join();
        List<Finding> findings = new Findings(question, decision, witness, policies, time).all();
        return new Explanation(decision, findings);
    }
}
