package dev.latchkey.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operators' port, over real connections; some of clients that mean no good. */
class OpsServerTest {
    private static final int HUNDREDS = 600;
    /** More than the buffers of both ends of a connection take. */
    private static final int LARGE = 24 << 20;

    private final AtomicReference<Optional<String>> lifeProblem = new AtomicReference<>(Optional.empty());
    private final AtomicReference<String> metrics = new AtomicReference<>("a 1\n");
    private final List<Socket> clients = new ArrayList<>();
    private OpsServer server;

    @BeforeEach
    void start() throws IOException {
        server = new OpsServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new OpsPages(metrics::get, lifeProblem::get, List::of, () -> List.of("something")));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET /livez HTTP/1.1, 200 OK",
        "GET /livez HTTP/1.0, 200 OK",
        "GET /livez?a=/b HTTP/1.1, 200 OK",
        "GET http://somewhere:9192/livez HTTP/1.1, 200 OK",
        "HEAD /livez HTTP/1.1, 200 OK",
        "GET /livezx HTTP/1.1, 404 Not Found",
        "GET /livez/ HTTP/1.1, 404 Not Found",
        "GET / HTTP/1.1, 404 Not Found",
        "POST /livez HTTP/1.1, 405 Method Not Allowed",
        "nonsense, 400 Bad Request"
    })
    void request_ofEachForm_isAnswered(String line, String status) throws IOException {
        assertThat(ask(line + "\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 " + status + "\r\n");
    }

    @Test
    void answer_head_hasLengthAndNoBody() throws IOException {
        assertThat(ask("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n"))
                .contains("content-length: 3\r\n")
                .endsWith("\r\n\r\n");
        assertThat(ask("POST /livez HTTP/1.1\r\nHost: a\r\n\r\n")).contains("allow: GET, HEAD\r\n");
    }

    @Test
    void pages_eachOfThem_sayWhatTheProcessSays() throws IOException {
        assertThat(get("/metrics")).contains(OpsPages.PROMETHEUS).endsWith("\r\n\r\na 1\n");
        assertThat(get("/readyz")).contains("200 OK").endsWith("\r\n\r\nready\n- something\n");
        assertThat(get("/livez")).endsWith("\r\n\r\nok\n");

        lifeProblem.set(Optional.of("a loop stands still"));

        assertThat(get("/livez")).contains("503 Service").endsWith("\r\n\r\nnot alive\n- a loop stands still\n");
    }

    @Test
    void request_headTooLarge_isRefusedByName() throws IOException {
        assertThat(ask("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n\r\n")).contains(" 414 ");
        assertThat(ask("GET /livez HTTP/1.1\r\nA: " + "a".repeat(100_000) + "\r\n\r\n"))
                .contains(" 431 ");
    }

    /** As a scrape whose body is of no use to anybody; the answer must not be lost to a reset. */
    @Test
    void request_withABody_isAnsweredAllTheSame() throws IOException {
        int length = 1 << 20;
        String head = "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";

        assertThat(ask(head + "a".repeat(length))).endsWith("ok\n");
    }

    @Test
    void client_thatClosesItsHalfFirst_isAnswered() throws IOException {
        Socket client = connect();
        client.getOutputStream().write("GET /livez HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();

        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .endsWith("ok\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /liv", "GET /livez HTTP/1.1\r\nHost: a\r\nX"})
    void probes_besideHundredsOfHalfSentRequests_areAnswered(String half) throws IOException {
        for (int i = 0; i < HUNDREDS; i++) {
            send(connect(), half);
            if (i % 20 == 0) {
                assertThat(get("/livez")).endsWith("ok\n");
            }
        }

        assertThat(get("/livez")).endsWith("ok\n");
    }

    @Test
    void probes_besideHundredsOfClientsThatReadNothing_areAnswered() throws IOException {
        metrics.set("a".repeat(1 << 20));
        for (int i = 0; i < HUNDREDS; i++) {
            send(connect(), "GET /metrics HTTP/1.1\r\n\r\n");
            if (i % 20 == 0) {
                assertThat(get("/livez")).endsWith("ok\n");
            }
        }

        assertThat(get("/livez")).endsWith("ok\n");
    }

    /** Nothing is kept for a client but one answer. */
    @Test
    void client_thatAsksAgainAndAgainAndReadsNothing_getsOneAnswer() throws IOException {
        String answers = ask("GET /livez HTTP/1.1\r\n\r\n".repeat(1000));

        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(2);
    }

    @Test
    void connection_silentOrHalfReadForTenSeconds_isClosed() throws IOException {
        metrics.set("a".repeat(LARGE));
        Socket slow = connect();
        send(slow, "GET /metrics HTTP/1.1\r\n\r\n");
        Socket silent = connect();

        assertThat(silent.getInputStream().read()).isEqualTo(-1);
        assertThatThrownBy(() -> {
                    if (slow.getInputStream().readAllBytes().length < LARGE) {
                        throw new SocketException("cut off");
                    }
                })
                .isInstanceOf(SocketException.class);
    }

    @Test
    void address_inUse_isRefused() {
        assertThatThrownBy(() -> new OpsServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        new OpsPages(metrics::get, Optional::empty, List::of, List::of)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Address already in use");
    }

    private String get(String path) throws IOException {
        return ask("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private String ask(String request) throws IOException {
        try (Socket client = connect()) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.setSoTimeout(60_000);
        clients.add(client);
        return client;
    }

    /** Its connection may have been closed for a younger one meanwhile. */
    private static void send(Socket client, String text) {
        try {
            OutputStream out = client.getOutputStream();
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
    }
}
