package dev.latchkey.control.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The readiness of this control plane: it is ready while none of the given checks reports a problem. This class is
 * thread-safe if the checks are. Its methods do not block.
 */
public final class ControlReadiness {
    private final List<Supplier<Optional<String>>> problems;
    private final List<Supplier<Optional<String>>> details;
    private final List<String> warnings;

    /**
     * @param problems checks; each returns a message for people, without secrets, or empty if all is well
     * @param details checks of the same form whose messages do not affect readiness
     * @param warnings messages that hold for the life of the process and do not affect readiness
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

    /** Returns the problems that keep the control plane from being ready, without duplicates; empty if it is ready. */
    public List<String> obstacles() {
        return said(problems);
    }

    /** Returns the problems and warnings that do not affect readiness. */
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
