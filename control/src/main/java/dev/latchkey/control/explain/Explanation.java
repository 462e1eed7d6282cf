package dev.latchkey.control.explain;

import dev.latchkey.decision.Decision;
import java.util.List;

/**
 * A decision with its steps.
 *
 * @param findings one finding for each {@link DecisionStep}, in the order of the steps
 */
public record Explanation(Decision decision, List<Finding> findings) {
    public Explanation {
        findings = List.copyOf(findings);
    }
}
