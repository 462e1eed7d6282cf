package dev.latchkey.config.value;

import java.util.List;

/** Thrown when the settings are not usable. The message lists all problems, one line each, and contains no secret. */
public final class InvalidSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    InvalidSettingsException(List<String> problems) {
        super(report(problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns the problems, one line each; never empty. */
    public List<String> problems() {
        return problems;
    }

    private static String report(List<String> problems) {
        String heading =
                problems.size() == 1 ? "1 problem in the settings:" : problems.size() + " problems in the settings:";
        return heading + "\n  " + String.join("\n  ", problems);
    }
}
