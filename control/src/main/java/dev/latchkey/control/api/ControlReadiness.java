package dev.latchkey.control.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Answers the question: can this control plane do its work now? It can while everything that {@code problems} asks is well.
 * Thread-safe if they are; asking does not block.
 */
public final class ControlReadiness {
    private final List<Supplier<Optional<String>>> problems;
    private final List<Supplier<Optional<String>>> details;
    private final List<String> warnings;

    /**
     * @param problems each returns what is wrong, for people and without a secret; or empty
     * @param details the same of what is no obstacle
     * @param warnings what is wrong from start to end, but no obstacle
     */
    public ControlReadiness(
            List<Supplier<Optional<String>>> problems,
            List<Supplier<Optional<String>>> details,
            List<String> warnings) {
        this.problems = List.copyOf(problems);
        this.details = List.copyOf(details);
        this.warnings = List.copyOf(warnings);
    }

    public boolean ready() {
        return obstacles().isEmpty();
    }

    /** Returns what keeps the control plane from its work, each thing once; empty if it is ready. */
    public List<String> obstacles() {
        return said(problems);
    }

    /** Returns what is wrong but no obstacle. */
    public List<String> details() {
        return Stream.concat(said(details).stream(), warnings.stream()).toList();
    }

    private static List<String> said(List<Supplier<Optional<String>>> parts) {
        return parts.stream()
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }
}
