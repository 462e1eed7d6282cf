package dev.latchkey.control.explain;

/**
 * What one step came to.
 *
 * @param detail what was looked at and why it passed or failed, for people; empty if it was not looked at; holds no secret
 */
public record Finding(ExplainStep step, Outcome outcome, String detail) {

    /** How a step ended. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** Decided before, one way or the other. */
        NOT_REACHED
    }
}
