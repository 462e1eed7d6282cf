package dev.latchkey.control.api.rest.problem;

/** A request that is refused before it is a call: an expected answer, so it carries no stack trace. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail(), null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
