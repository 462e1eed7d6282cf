package dev.latchkey.server.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The operators' port: {@code /metrics}, {@code /livez} (the process answers) and {@code /readyz} (send it checks, or why
 * not). Separate from the checks' port, so that neither can starve the other.
 */
public final class OpsServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService executor = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "latchkey-ops");
        thread.setDaemon(true);
        return thread;
    });

    /** @throws IOException if the address cannot be bound */
    public OpsServer(InetSocketAddress address, SidecarMetrics metrics, Readiness readiness) throws IOException {
        server = HttpServer.create(address, /* backlog= */ 64);
        server.setExecutor(executor);
        server.createContext(
                "/", exchange -> answer(exchange, "/", 404, TEXT, "expected: /metrics, /livez or /readyz\n"));
        server.createContext("/metrics", exchange -> answer(exchange, "/metrics", 200, PROMETHEUS, metrics.scrape()));
        server.createContext("/livez", exchange -> answer(exchange, "/livez", 200, TEXT, "ok\n"));
        server.createContext("/readyz", exchange -> {
            List<String> obstacles = readiness.obstacles();
            String text = obstacles.isEmpty() ? lines("ready", readiness.details()) : lines("not ready", obstacles);
            answer(exchange, "/readyz", obstacles.isEmpty() ? 200 : 503, TEXT, text);
        });
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(/* delay= */ 0);
        executor.shutdownNow();
    }

    /** The JDK's server matches contexts by prefix: what is longer than {@code path} is another path. */
    private static void answer(HttpExchange exchange, String path, int status, String type, String text)
            throws IOException {
        boolean known = path.equals("/") || exchange.getRequestURI().getPath().equals(path);
        byte[] body = (known ? text : "expected: " + path + "\n").getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(known ? status : 404, head ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            if (!head) {
                out.write(body);
            }
        } finally {
            exchange.close();
        }
    }

    private static String lines(String first, List<String> details) {
        StringBuilder text = new StringBuilder(first).append('\n');
        details.forEach(detail -> text.append("- ").append(detail).append('\n'));
        return text.toString();
    }
}
