package dev.latchkey.control.explain;

/**
 * The result of one step.
 *
 * @param detail what the step looked at and why it passed or failed, for people; empty if the decision did not reach
 *     the step; contains no secret
 */
public record Finding(DecisionStep step, Outcome outcome, String detail) {

    /** The outcome of a step. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** The decision, whatever it was, was made in an earlier step. */
        NOT_REACHED
    }
}
