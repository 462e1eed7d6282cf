package dev.latchkey.control.explain;

import dev.latchkey.decision.Decision;
import java.util.List;

/**
 * A decision and how it came about.
 *
 * @param findings one for each {@link ExplainStep}, in its order
 */
public record Explanation(Decision decision, List<Finding> findings) {
    public Explanation {
        findings = List.copyOf(findings);
    }
}
