package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators' calls and probes while other clients hold on to hundreds of connections to the control plane's port. */
class BusyPortTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    /** More than there may be in all, and than one address may have. */
    private static final int HUNDREDS = 600;

    private static final int PATIENCE_MILLIS = 60_000;
    private static final String LIST =
            "GET /v1/workspaces HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                    + RunningControlPlane.ALICE + "\r\n\r\n";
    private static final String READY = "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private final List<Socket> clients = new ArrayList<>();
    private RunningControlPlane control;

    @BeforeEach
    void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        control.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /v1/work",
                "GET /v1/workspaces HTTP/1.1\r\nHost: a\r\nX",
                "POST /v1/workspaces HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void calls_besideHundredsOfHalfSentRequests_areAnswered(String half) throws Exception {
        hold(half);

        assertAnswered();
        assertThat(control.get("/metrics").body())
                .containsPattern("\nlatchkey_control_connections_displaced_total [1-9]");
    }

    @Test
    void calls_besideHundredsOfClientsThatReadNothing_areAnswered() throws IOException {
        hold("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5));

        assertAnswered();
    }

    /** A connection that is used stays, however many others come and go. */
    @Test
    void connection_thatIsUsed_staysWhileOthersAreDisplaced() throws Exception {
        Socket used = connect(control.plane.port());
        String call = LIST.replace("Connection: close\r\n", "");
        for (int i = 0; i < HUNDREDS; i++) {
            connect(control.plane.port());
            if (i % 50 == 0) {
                used.getOutputStream().write(call.getBytes(StandardCharsets.US_ASCII));
                StringBuilder answer = new StringBuilder();
                while (answer.indexOf("next_page_token\":\"\"}") < 0) {
                    int next = used.getInputStream().read();
                    assertThat(next).as("after " + answer).isNotNegative();
                    answer.append((char) next);
                }
                assertThat(answer).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    private void hold(String request) throws IOException {
        for (int i = 0; i < HUNDREDS; i++) {
            Socket client = connect(control.plane.port());
            try {
                client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                assertThat(client.isConnected()).as("displaced meanwhile").isTrue();
            }
            if (i % 100 == 99) {
                assertAnswered();
            }
        }
    }

    private void assertAnswered() throws IOException {
        assertThat(ask(control.plane.port(), LIST)).startsWith("HTTP/1.1 200 ");
        assertThat(ask(control.plane.port(), READY)).startsWith("HTTP/1.1 200 ");
        assertThat(ask(control.plane.opsPort(), READY)).startsWith("HTTP/1.1 200 ");
    }

    private String ask(int port, String request) throws IOException {
        try (Socket client = connect(port)) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            // The line of the status: Armeria leaves it to the client to close.
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(answer.readLine());
        }
    }

    private Socket connect(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(PATIENCE_MILLIS);
        clients.add(client);
        return client;
    }
}
