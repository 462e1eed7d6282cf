package dev.latchkey.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import dev.latchkey.cli.FakeControl;
import dev.latchkey.cli.Run;
import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import dev.latchkey.v1.GetKeyResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CallFailuresTest {
    private static final String SECRET = "opt_live_0000000000000000000000000000000046uziL";

    @ParameterizedTest
    @MethodSource
    void answer_failure_hasItsStatusAndTellsWhy(StatusRuntimeException failure, int status, String text)
            throws IOException {
        try (FakeControl control = new FakeControl()) {
            control.answer(failure);

            Run run = control.run("keys", "get", "key_1");

            assertThat(run.err()).isEqualTo("latchkey: " + text.replace("URL", control.url()) + "\n");
            assertThat(run.status()).isEqualTo(status);
            assertThat(run.out()).isEmpty();
        }
    }

    static Stream<Arguments> answer_failure_hasItsStatusAndTellsWhy() {
        return Stream.of(
                argumentSet("nothing of that id", failure(Status.NOT_FOUND, "there is no key"), 1, "there is no key"),
                argumentSet("the id is taken", failure(Status.ALREADY_EXISTS, "ws_1 exists"), 1, "ws_1 exists"),
                argumentSet("conflict", failure(Status.ABORTED, "repeat the call"), 1, "repeat the call"),
                argumentSet("Redis is full", failure(Status.RESOURCE_EXHAUSTED, "full"), 1, "full"),
                argumentSet("role", failure(Status.PERMISSION_DENIED, "no role"), 1, "not allowed: no role"),
                argumentSet(
                        "wrong token",
                        failure(Status.UNAUTHENTICATED, "this call needs an admin token"),
                        1,
                        "the control plane at URL does not know the admin token (expected: in LATCHKEY_TOKEN or"
                                + " --token-file a token whose hash is among its control.tokens; latchkey token"
                                + " generate makes both)"),
                argumentSet("wrong fields, each on a line of its own", invalid("name: …; scopes[0]: …"), 1, """
                        refused:
                          name: "" (expected: 1 to 100 characters)
                          scopes[0]: "cases:raed" (expected: a scope, nearest: cases:read)"""),
                argumentSet(
                        "refused without details",
                        failure(Status.INVALID_ARGUMENT, "bad page"),
                        1,
                        "refused: bad page"),
                argumentSet(
                        "a fault inside",
                        failure(Status.INTERNAL, "incident 1\nsecond line"),
                        1,
                        "the control plane at URL failed: INTERNAL: incident 1"),
                argumentSet(
                        "a status that says nothing",
                        Status.DATA_LOSS.asRuntimeException(),
                        1,
                        "the control plane at URL failed: DATA_LOSS: DATA_LOSS"),
                argumentSet(
                        "a key in a message", failure(Status.NOT_FOUND, "no " + SECRET + " here"), 1, "no <key> here"),
                argumentSet(
                        "its Redis is down",
                        failure(Status.UNAVAILABLE, "Redis cannot be reached"),
                        3,
                        "the control plane at URL cannot do this now: Redis cannot be reached"),
                argumentSet(
                        "a server that has no such call",
                        failure(Status.UNIMPLEMENTED, "Method not found"),
                        3,
                        "what answers at URL is no control plane, or a much older one: Method not found (--control or"
                                + " LATCHKEY_CONTROL says where it is)"));
    }

    @Test
    void call_noAnswer_isUnreachableAndOpen() throws IOException {
        try (FakeControl control = new FakeControl()) {
            control.answer(FakeControl.SILENCE);

            Run run = Run.of(
                    new Surroundings(control.variables(), Termination.onRequest(), Duration.ofMillis(300), () -> ""),
                    "keys",
                    "revoke",
                    "key_1");

            assertThat(run.status()).isEqualTo(3);
            assertThat(run.err())
                    .isEqualTo("latchkey: no answer in time from the control plane at " + control.url()
                            + "; whether it was done is not known\n");
        }
    }

    @Test
    void call_nobodyListens_isUnreachable() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        Run run = call("http://127.0.0.1:" + port);

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err())
                .isEqualTo("latchkey: cannot reach the control plane at http://127.0.0.1:" + port
                        + ": Connection refused (is it running? --control or LATCHKEY_CONTROL says where)\n");
    }

    @Test
    void call_unknownHost_isUnreachable() {
        Run run = call("http://nowhere.invalid:9193");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).startsWith("latchkey: cannot reach the control plane at http://nowhere.invalid:9193: ");
        assertThat(run.err()).hasLineCount(1);
    }

    @Test
    void call_tlsToAPlainServer_isUnreachable() throws IOException {
        try (FakeControl control = new FakeControl()) {
            Run run = call(control.url().replace("http:", "https:"));

            assertThat(run.status()).isEqualTo(3);
            assertThat(run.err()).hasLineCount(1).contains("cannot reach the control plane at https://127.0.0.1:");
        }
    }

    @Test
    void call_serverThatIsNoGrpc_isUnreachable() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerAsRedis(server));
            answering.start();

            Run run = call("http://127.0.0.1:" + server.getLocalPort());

            assertThat(run.status()).isEqualTo(3);
            assertThat(run.err()).hasLineCount(1).contains("what answers at http://127.0.0.1:");
            answering.join();
        }
    }

    @Test
    void token_variableOrFile_isSentAsBearer(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "of-the-file\n");
        try (FakeControl control = new FakeControl()) {
            control.answer(GetKeyResponse.getDefaultInstance(), GetKeyResponse.getDefaultInstance());

            assertThat(control.run("keys", "get", "key_1").status()).isZero();
            assertThat(control.run("keys", "get", "key_1", "--token-file", file.toString())
                            .status())
                    .isZero();

            assertThat(control.credentials()).containsExactly("Bearer " + FakeControl.TOKEN, "Bearer of-the-file");
        }
    }

    @Test
    void control_option_winsOverTheVariable() throws IOException {
        try (FakeControl control = new FakeControl()) {
            control.answer(GetKeyResponse.getDefaultInstance(), GetKeyResponse.getDefaultInstance());
            Map<String, String> variables =
                    Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:1", "LATCHKEY_TOKEN", FakeControl.TOKEN);

            assertThat(Run.of(variables, "keys", "--control", control.url(), "get", "key_1")
                            .status())
                    .isZero();
            assertThat(Run.of(variables, "keys", "get", "key_1", "--control", control.url())
                            .status())
                    .isZero();
        }
    }

    private static Run call(String url) {
        return Run.of(Map.of("LATCHKEY_CONTROL", url, "LATCHKEY_TOKEN", FakeControl.TOKEN), "keys", "get", "key_1");
    }

    private static StatusRuntimeException failure(Status status, String description) {
        return status.withDescription(description).asRuntimeException();
    }

    private static StatusRuntimeException invalid(String message) {
        BadRequest.Builder details = BadRequest.newBuilder();
        details.addFieldViolationsBuilder()
                .setField("name")
                .setDescription("value: \"\" (expected: 1 to 100 characters)");
        details.addFieldViolationsBuilder()
                .setField("scopes[0]")
                .setDescription("value: \"cases:raed\" (expected: a scope, nearest: cases:read)");
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage(message)
                .addDetails(Any.pack(details.build()))
                .build());
    }

    private static void answerAsRedis(ServerSocket server) {
        try (Socket client = server.accept();
                OutputStream out = client.getOutputStream()) {
            out.write("-ERR unknown command 'PRI', with args beginning with: \r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            client.getInputStream().readAllBytes();
        } catch (IOException e) {
            // The client has seen enough.
        }
    }
}
