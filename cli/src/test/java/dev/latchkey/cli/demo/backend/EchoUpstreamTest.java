package dev.latchkey.cli.demo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EchoUpstreamTest {
    private EchoUpstream upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = new EchoUpstream("live", 0);
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/cases?x=%zz",
                "/v1/cases?a=\\b",
                "/v1/cases?a={b}|c^`\"<>",
                "/v1/cases?a=1?b=2#c",
                "/v1/cases?",
                "/%",
                "/\\..\\x",
                "//a//b;c",
                "/?\u00e9"
            })
    void request_anyTarget_isEchoedAsItCame(String target) throws IOException {
        assertThat(echo("GET " + target + " HTTP/1.1\r\nHost: a\r\n")
                        .get("path")
                        .asText())
                .isEqualTo(target);
    }

    @Test
    void request_longTargetAndHeaders_areEchoed() throws IOException {
        JsonNode echo = echo("PURGE /?" + "q".repeat(60_000) + " HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nX-B: "
                + "b".repeat(100_000) + "\r\n");

        assertThat(echo.get("method").asText()).isEqualTo("PURGE");
        assertThat(echo.get("path").asText()).hasSize(60_002);
        assertThat(echo.at("/headers/x-a").asText()).isEqualTo("1,2");
        assertThat(echo.at("/headers/x-b").asText()).hasSize(100_000);
    }

    @Test
    void requests_withBodiesOnOneConnection_areAnsweredInTurn() throws IOException {
        String all = send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n"
                + "HEAD /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(all).contains("\"path\":\"/1\"", "\"path\":\"/2\"").doesNotContain("/3");
        assertThat(all.split("HTTP/1.1 200 OK")).hasSize(4);
        assertThat(upstream.requests()).isEqualTo(3);
    }

    @Test
    void start_portTaken_isAnIoException() {
        assertThatThrownBy(() -> new EchoUpstream("other", upstream.port())).isInstanceOf(BindException.class);
    }

    private JsonNode echo(String head) throws IOException {
        String response = send(head + "Connection: close\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 200 OK");
        String body = response.substring(response.indexOf("\r\n\r\n"));
        return new ObjectMapper()
                .readTree(new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    private String send(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
