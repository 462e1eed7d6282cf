package dev.latchkey.cli.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A backend that answers every request with what it got: {@code {"upstream","method","path","headers"}}. */
public final class EchoUpstream implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();

    private final String name;
    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "echo-upstream");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicLong requests = new AtomicLong();

    /** @param name what it calls itself in its answers */
    public EchoUpstream(String name, int port) throws IOException {
        this(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    EchoUpstream(String name, InetSocketAddress address) throws IOException {
        this.name = name;
        server = HttpServer.create(address, /* backlog= */ 64);
        server.setExecutor(executor);
        server.createContext("/", this::echo);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Returns how many requests have come here. */
    public long requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(/* delay= */ 0);
        executor.shutdownNow();
    }

    private void echo(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
        byte[] body = describe(exchange);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private byte[] describe(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (Map.Entry<String, List<String>> header :
                exchange.getRequestHeaders().entrySet()) {
            headers.put(header.getKey().toLowerCase(Locale.ROOT), String.join(",", header.getValue()));
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("upstream", name);
            json.writeStringField("method", exchange.getRequestMethod());
            json.writeStringField("path", exchange.getRequestURI().toString());
            json.writeObjectFieldStart("headers");
            for (Map.Entry<String, String> header : headers.entrySet()) {
                json.writeStringField(header.getKey(), header.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return body.toByteArray();
    }
}
