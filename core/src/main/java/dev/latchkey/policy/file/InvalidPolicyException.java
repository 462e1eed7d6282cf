package dev.latchkey.policy.file;

import java.util.List;

/** The exception for a policy file that cannot be used. It lists all problems of the file. */
public final class InvalidPolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    InvalidPolicyException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns the problems in line order, each in the form {@code file:line: what was given (expected: …)}. */
    public List<String> problems() {
        return problems;
    }
}
