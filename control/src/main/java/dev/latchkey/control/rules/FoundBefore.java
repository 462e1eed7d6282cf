package dev.latchkey.control.rules;

import dev.latchkey.control.rules.RefusedException.Kind;
import java.util.List;

/**
 * What was found wrong with the present call's request before its rules look at it: JSON that says no value of a member, a member that
 * there is not, a text or list that is explicitly empty. {@link Violations} begins with it, so that the caller is told all at
 * once, and a call with any of it is never done: {@link #requireNone} stands before every look at the store.
 *
 * <p>Belongs to the thread that answers the call.
 */
public final class FoundBefore {
    private static final ThreadLocal<List<Violation>> FOUND = ThreadLocal.withInitial(List::of);

    private FoundBefore() {}

    /** Runs {@code work} for a request of which {@code found} is wrong already, with what is known from further out. */
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

    /** @throws RefusedException with what was found; a request that is known to be wrong reaches no store */
    public static void requireNone() {
        if (!FOUND.get().isEmpty()) {
            throw new RefusedException(Kind.INVALID, "the request is wrong", FOUND.get());
        }
    }

    static List<Violation> violations() {
        return FOUND.get();
    }
}
