package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RefusingProxy;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.ListKeysRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whether the answer with a new key's secret was sent: what the connection of the caller tells the control plane of it.
 */
class DeliveryTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String MARKS = "latchkey:ledger:{ws_1}:answers";
    private static final String BODY =
            "{\"name\":\"CRM Integration\",\"scopes\":[\"cases:read\"],\"request_id\":\"create-1\"}";

    private final CountDownLatch confirming = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);
    private RefusingProxy redis;
    private RunningControlPlane control;

    @BeforeEach
    void start() throws IOException {
        redis = new RefusingProxy(REDIS.port(), this::seen);
        control = new RunningControlPlane(
                "redis://127.0.0.1:" + redis.port(), TestControl.PEPPER_1, Duration.ofSeconds(30));
        Awaitility.await().until(control.plane::ready);
        var unused = control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
    }

    @AfterEach
    void stop() throws IOException {
        gone.countDown();
        control.close();
        redis.close();
    }

    @Test
    void create_answerIsWritten_byGrpcAndRest_leavesNoDoubt() throws IOException {
        gone.countDown();
        var unused = control.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setName("CRM Integration")
                        .addScopes("cases:read")
                        .build());
        try (Socket client = post()) {
            assertThat(answer(client)).startsWith("HTTP/1.1 200 OK");
        }

        Awaitility.await().until(() -> REDIS.commands().exists(MARKS) == 0);
        control.clock.advance(Duration.ofSeconds(31));
        assertThat(keys()).hasSize(2).allMatch(key -> key.getState() == KeyState.ACTIVE);
    }

    /** The connection is reset between the confirmation and the answer, so the answer cannot be written. */
    @Test
    void create_callerIsGoneBeforeTheAnswer_keyIsWithdrawnAndTheRepeatMakesAnother() throws Exception {
        Socket client = post();
        confirming.await();
        client.setSoLinger(true, 0);
        client.close();
        gone.countDown();

        Awaitility.await().until(() -> keys().size() == 1 && keys().get(0).getState() == KeyState.REVOKED);
        try (Socket again = post()) {
            assertThat(answer(again)).startsWith("HTTP/1.1 200 OK").contains("\"secret\":\"opt_live_");
        }
        Awaitility.await().until(() -> REDIS.commands().exists(MARKS) == 0);
        assertThat(keys()).filteredOn(key -> key.getState() == KeyState.ACTIVE).hasSize(1);
    }

    /** Holds the confirmation of a new key back until its caller is gone. */
    private Optional<String> seen(List<String> command) {
        if (command.size() == 8 && command.contains("open") && command.get(3).endsWith(":pending")) {
            confirming.countDown();
            try {
                gone.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return Optional.empty();
    }

    private Socket post() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), control.plane.port());
        String request = "POST /v1/workspaces/ws_1/keys HTTP/1.1\r\nHost: control\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + RunningControlPlane.ALICE + "\r\nConnection: close\r\nContent-Length: "
                + BODY.length() + "\r\n\r\n" + BODY;
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    /** Returns the whole answer: a client that closes earlier has not got it, and its key is withdrawn. */
    private static String answer(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private List<Key> keys() {
        return control.keys()
                .listKeys(ListKeysRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setShowAll(true)
                        .build())
                .getKeysList();
    }
}
