package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP itself asks of the port (RFC 9110, RFC 9112), byte for byte as a client sends it. */
class HttpSemanticsTest {
    private static final Pattern LENGTH = Pattern.compile("(?i)\ncontent-length: ([0-9]+)");

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static RunningControlPlane control;

    private Key key = Key.getDefaultInstance();

    @BeforeAll
    static void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    @BeforeEach
    void createKey() {
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
        key = control.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setName("CRM")
                        .addScopes("cases:read")
                        .build())
                .getKey();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PURGE   | /v1/workspaces                     | GET, HEAD, POST",
                "PURGE   | /v1/workspaces/ws_1/keys:revokeAll | POST",
                "CONNECT | /v1/workspaces/ws_1                | GET, HEAD",
                "PURGE   | /v1/workspaces/ws_1/keys/k?x=1     | GET, HEAD, PATCH",
                "LOCK    | /nowhere                           | GET, HEAD, POST",
                "PURGE   | /metrics                           | GET, HEAD, POST",
                "DELETE  | /v1/workspaces                     | GET, HEAD, POST",
                "TRACE   | /v1/keys:find                      | POST",
                "GET     | /latchkey.v1.KeyService/ListKeys   | POST",
                "POST    | /                                  | GET, HEAD",
            })
    void method_thatThePathDoesNotHave_isRefusedWithThoseThatItHas(String method, String path, String allowed) {
        String answer = send(method + " " + path, "");

        assertThat(answer).startsWith("HTTP/1.1 405 ").containsIgnoringCase("\r\nallow: " + allowed + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:9193/v1/workspaces/ws_1",
                "HTTP://other/v1/workspaces/ws_1?",
                "https://[::1]/v1/workspaces/ws_1"
            })
    void target_inAbsoluteForm_isTaken(String target) {
        assertThat(send("GET " + target, "")).startsWith("HTTP/1.1 200 ").contains("\"id\":\"ws_1\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x/v1/workspaces", "http:///v1/workspaces", "x", "http:/v1/workspaces"})
    void target_ofAnotherForm_isRefused(String target) {
        assertThat(send("GET " + target, "")).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KEY:revoke;x", "KEY:revoke;", "KEY;a=b:revoke", "KEY:revoke;x?y"})
    void pathParameter_isRefusedAndNothingIsDone(String path) {
        String answer = send("POST /v1/workspaces/ws_1/keys/" + path.replace("KEY", key.getId()), "");

        assertThat(answer).matches("(?s)HTTP/1.1 40[05] .*");
        assertThat(state()).isEqualTo(KeyState.ACTIVE);
    }

    @Test
    void pathParameter_inAPathThatOnlyLooks_isRefused() {
        assertThat(send("GET /v1/workspaces;a=b/ws_1", "")).startsWith("HTTP/1.1 400 ");
        assertThat(send("GET http://x/v1/workspaces/ws_1;x", "")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void body_inChunks_isRead() {
        String chunks = "6\r\n{\"id\":\r\n8\r\n\"ws_two\"\r\n1\r\n}\r\n0\r\n\r\n";

        String answer = send(
                "POST /v1/workspaces",
                "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                chunks.getBytes(StandardCharsets.US_ASCII));

        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"id\":\"ws_two\"");
    }

    /** Nothing inflates here, so that a few bytes stay a few bytes. */
    @Test
    void body_thatIsCompressed_isRefusedAsSuch() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write("{\"id\":\"ws_zip\"}".getBytes(StandardCharsets.US_ASCII));
        }

        String answer = send(
                "POST /v1/workspaces",
                "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped.size() + "\r\n",
                zipped.toByteArray());

        assertThat(answer).startsWith("HTTP/1.1 415 ").contains("application/problem+json");
        assertThat(send("GET /v1/workspaces/ws_zip", "")).startsWith("HTTP/1.1 404 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /v1/nothing              |                       | 404",
                "GET /v1/%zz                  |                       | 400",
                "GET x                        |                       | 400",
                "POST /v1/workspaces          | Expect: 200-maybe     | 417",
                "GET /LONG                    |                       | 414",
                "GET /v1/workspaces           | X-Long: LONGLONGLONG  | 431",
                "POST /v1/workspaces          | Content-Length: 99999 | 413",
                "PURGE /v1/workspaces         |                       | 405",
                "PUT /v1/workspaces           |                       | 405",
            })
    void error_ofHttpItself_isAProblemDocumentThatSaysWhatIsWrong(String line, String header, int status) {
        String answer = send(
                line.replace("LONG", "a".repeat(5000)),
                header == null ? "" : header.replace("LONG", "a".repeat(4000)) + "\r\n");

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer).contains("application/problem+json", "\"detail\":\"").doesNotContain("\"detail\":\"\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%3Arevoke", "%3arevoke"})
    void verb_withAnEscapedColon_isTheVerb(String verb) {
        assertThat(send("POST /v1/workspaces/ws_1/keys/" + key.getId() + verb, ""))
                .startsWith("HTTP/1.1 200 ");
        assertThat(state()).isEqualTo(KeyState.REVOKED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":Revoke",
                "%253Arevoke",
                "::revoke",
                "/revoke",
                ":revoke/",
                ":revoke:revoke",
                ":",
                ":rotated",
                "%20:revoke"
            })
    void verb_wronglyWritten_doesNothing(String verb) {
        assertThat(send("POST /v1/workspaces/ws_1/keys/" + key.getId() + verb, ""))
                .matches("(?s)HTTP/1.1 40[045] .*application/problem\\+json.*");
        assertThat(state()).isEqualTo(KeyState.ACTIVE);
    }

    private KeyState state() {
        return control.keys()
                .getKey(GetKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId(key.getId())
                        .build())
                .getKey()
                .getState();
    }

    private static String send(String line, String headers) {
        return send(line, headers, new byte[0]);
    }

    private static String send(String line, String headers, byte[] body) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), control.plane.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                                    + RunningControlPlane.ALICE + "\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            return answer(socket.getInputStream());
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    /** Returns one answer: after some, the server keeps the connection for a while. */
    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        byte[] body = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : in.readAllBytes();
        return head + new String(body, StandardCharsets.UTF_8);
    }
}
