package dev.latchkey.control.api.rest.problem;

/**
 * An exception for a request that is rejected before the call is executed. It has no stack trace, because such a
 * request is an expected case.
 */
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
