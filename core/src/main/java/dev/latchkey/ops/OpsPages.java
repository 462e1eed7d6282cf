package dev.latchkey.ops;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the operators' pages say: {@code /metrics}, {@code /livez} (no thread or loop of the process has stopped) and {@code /readyz}
 * (send it calls, or why not). Each is asked anew for each answer, on the thread that answers: nothing here may block.
 *
 * @param metrics all metrics in the Prometheus text format 0.0.4
 * @param lifeProblem why the process should be started anew; empty if it should not
 * @param summary the first line of {@code /readyz}
 * @param obstacles what keeps the process from being ready; empty if it is ready
 * @param details what is wrong but no obstacle
 */
public record OpsPages(
        Supplier<String> metrics,
        Supplier<Optional<String>> lifeProblem,
        Supplier<String> summary,
        Supplier<List<String>> obstacles,
        Supplier<List<String>> details) {
    public static final String TEXT = "text/plain; charset=utf-8";
    public static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    /** As above, with a summary that says {@code ready} or {@code not ready}. */
    public OpsPages(
            Supplier<String> metrics,
            Supplier<Optional<String>> lifeProblem,
            Supplier<List<String>> obstacles,
            Supplier<List<String>> details) {
        this(metrics, lifeProblem, () -> obstacles.get().isEmpty() ? "ready" : "not ready", obstacles, details);
    }

    /**
     * An answer, in HTTP's terms.
     *
     * @param type of the body
     */
    public record Page(int status, String type, String body) {}

    /** Returns the page at {@code path}, which has no query; one with status 404 if there is none. */
    public Page at(String path) {
        return switch (path) {
            case "/metrics" -> new Page(200, PROMETHEUS, metrics.get());
            case "/livez" ->
                lifeProblem
                        .get()
                        .map(problem -> new Page(503, TEXT, lines("not alive", List.of(problem))))
                        .orElseGet(() -> new Page(200, TEXT, "ok\n"));
            case "/readyz" -> readyz();
            default -> new Page(404, TEXT, "expected: /metrics, /livez or /readyz\n");
        };
    }

    private Page readyz() {
        List<String> found = obstacles.get();
        return found.isEmpty()
                ? new Page(200, TEXT, lines(summary.get(), details.get()))
                : new Page(503, TEXT, lines(summary.get(), found));
    }

    private static String lines(String first, List<String> more) {
        StringBuilder lines = new StringBuilder(first).append('\n');
        more.forEach(line -> lines.append("- ").append(line).append('\n'));
        return lines.toString();
    }
}
