package dev.latchkey.ops;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The liveness watches of a process, which {@code /livez} reports, in the order of their registration. A watch can be
 * registered after the operators' port has opened.
 *
 * <p>This class is thread-safe. It blocks only if a watch blocks, which a watch must not do.
 */
public final class Liveness {
    private final List<Supplier<Optional<String>>> watches = new CopyOnWriteArrayList<>();

    /**
     * Registers a watch.
     *
     * @param problem returns why the process should be restarted; empty if it should not
     */
    public void watch(Supplier<Optional<String>> problem) {
        watches.add(problem);
    }

    /**
     * Returns the first problem, or empty if there is none. Every watch is called, also after a problem was found,
     * because each watch must be called regularly to detect a stall.
     */
    public Optional<String> problem() {
        return first(watches.stream().map(Supplier::get));
    }

    /** Returns the first of {@code problems}, after all of them were determined. */
    public static Optional<String> first(Stream<Optional<String>> problems) {
        // Without the list, nothing behind the first problem would be looked at.
        return problems.toList().stream().flatMap(Optional::stream).findFirst();
    }
}
