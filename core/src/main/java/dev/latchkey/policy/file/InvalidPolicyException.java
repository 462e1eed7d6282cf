package dev.latchkey.policy.file;

import java.util.List;

/** A policy file that cannot be used, with everything that is wrong with it. */
public final class InvalidPolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    InvalidPolicyException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns the problems in the order of their lines, each {@code file:line: what was given (expected: …)}. */
    public List<String> problems() {
        return problems;
    }
}
