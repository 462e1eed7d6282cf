package dev.latchkey.ops;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * What {@code /livez} asks: every watch of a process, in the order in which they were added. A watch can be added after the port of
 * the probes was opened.
 *
 * <p>This class is thread-safe, and blocks only if a watch does, which it must not.
 */
public final class Liveness {
    private final List<Supplier<Optional<String>>> watches = new CopyOnWriteArrayList<>();

    /** @param problem returns why the process should be started anew; empty if it should not */
    public void watch(Supplier<Optional<String>> problem) {
        watches.add(problem);
    }

    /** Returns the first problem; all watches are asked, since each must be asked again and again. */
    public Optional<String> problem() {
        return watches.stream().map(Supplier::get).toList().stream()
                .flatMap(Optional::stream)
                .findFirst();
    }
}
