package dev.latchkey.policy.file;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A collector of the problems of one file. It gathers problems while the file is read, so that all of them
 * are reported at once.
 */
public final class PolicyProblems {
    private static final int MAX_GIVEN = 120;

    private final String file;
    private final Set<Problem> problems = new LinkedHashSet<>();

    public PolicyProblems(String file) {
        this.file = file;
    }

    /**
     * Adds a problem.
     *
     * @param line the line number, counted from 1
     * @param given what the file contains; shown on one line and shortened
     * @param expected what the file should contain instead
     */
    public void add(int line, String given, String expected) {
        problems.add(new Problem(line, printable(given) + " (expected: " + expected + ")"));
    }

    /**
     * Throws an exception with all problems, unless there are none.
     *
     * @throws InvalidPolicyException if any problem has been added
     */
    public void throwIfAny() {
        if (problems.isEmpty()) {
            return;
        }
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(Problem::line));
        throw new InvalidPolicyException(sorted.stream()
                .map(problem -> file + ":" + problem.line + ": " + problem.text)
                .toList());
    }

    private static String printable(String given) {
        String text = given.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return text.length() > MAX_GIVEN ? text.substring(0, MAX_GIVEN) + "…" : text;
    }

    private record Problem(int line, String text) {}
}
