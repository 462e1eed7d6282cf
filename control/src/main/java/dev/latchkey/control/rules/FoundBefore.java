package dev.latchkey.control.rules;

import dev.latchkey.control.rules.RefusedException.Kind;
import java.util.List;

/**
 * The violations found in the current request before its rules are applied: a JSON member with an invalid value, an
 * unknown member, or a text or list that is explicitly empty. Every {@link Violations} starts with them, so that the
 * caller receives all violations at once. A call with any of them is never executed: {@link #requireNone} precedes
 * every access to the store.
 *
 * <p>The violations belong to the thread that handles the call.
 */
public final class FoundBefore {
    private static final ThreadLocal<List<Violation>> FOUND = ThreadLocal.withInitial(List::of);

    private FoundBefore() {}

    /**
     * Runs {@code work} for a request in which {@code found} is already known to be wrong, in addition to the
     * violations of an enclosing call.
     */
    public static void during(List<Violation> found, Runnable work) {
        if (found.isEmpty()) {
            work.run();
            return;
        }
        List<Violation> outer = FOUND.get();
        Violations all = new Violations();
        found.forEach(violation -> all.add(violation.field(), violation.value(), violation.expected()));
        FOUND.set(all.all());
        try {
            work.run();
        } finally {
            FOUND.set(outer);
        }
    }

    /**
     * Requires that nothing was found wrong, so that an invalid request never reaches the store.
     *
     * @throws RefusedException with the violations found before, if there are any
     */
    public static void requireNone() {
        if (!FOUND.get().isEmpty()) {
            throw new RefusedException(Kind.INVALID, "the request is wrong", FOUND.get());
        }
    }

    /** Returns the violations found before; empty if there are none. */
    static List<Violation> violations() {
        return FOUND.get();
    }
}
