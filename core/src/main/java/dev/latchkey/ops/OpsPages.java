package dev.latchkey.ops;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The pages of the operators' port: {@code /metrics}, {@code /livez} (whether all threads and event loops of the
 * process still run) and {@code /readyz} (whether the process accepts traffic, or why not). The suppliers are called
 * for every response, on the thread that responds: they must not block.
 *
 * @param metrics all metrics in the Prometheus text format 0.0.4
 * @param lifeProblem why the process should be restarted; empty if it should not
 * @param summary the first line of {@code /readyz}
 * @param obstacles the conditions that keep the process from being ready; empty if it is ready
 * @param details problems that do not affect readiness
 */
public record OpsPages(
        Supplier<String> metrics,
        Supplier<Optional<String>> lifeProblem,
        Supplier<String> summary,
        Supplier<List<String>> obstacles,
        Supplier<List<String>> details) {
    public static final String TEXT = "text/plain; charset=utf-8";
    public static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    /** Creates pages whose summary is {@code ready} or {@code not ready}. */
    public OpsPages(
            Supplier<String> metrics,
            Supplier<Optional<String>> lifeProblem,
            Supplier<List<String>> obstacles,
            Supplier<List<String>> details) {
        this(metrics, lifeProblem, () -> obstacles.get().isEmpty() ? "ready" : "not ready", obstacles, details);
    }

    /**
     * An HTTP response.
     *
     * @param type the content type of the body
     */
    public record Page(int status, String type, String body) {}

    /**
     * Returns the page at {@code path}, or a page with status 404 if there is none.
     *
     * @param path without a query
     */
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
