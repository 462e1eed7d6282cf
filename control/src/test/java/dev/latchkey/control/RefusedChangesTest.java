package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.RevokeLeakedKeyRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** A change that is not made is a line in the log, without any secret. */
class RefusedChangesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String SECRET = "opt_live_0000000000000000000000000000000046uziL";

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.latchkey.control.api.gate.RefusedChanges");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private RunningControlPlane control;

    @BeforeEach
    void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
        logger.setLevel(Level.INFO);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setLevel(null);
        control.close();
    }

    @Test
    void changes_thatAreRefused_areLoggedWithWhoAskedAndWhatKindOfRefusal() {
        refused(() -> control.keys()
                .revokeKey(RevokeKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId("key_none")
                        .build()));
        refused(() -> control.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws_1\n" + SECRET)
                        .setName(SECRET)
                        .build()));
        refused(() -> control.keys()
                .revokeLeakedKey(
                        RevokeLeakedKeyRequest.newBuilder().setSecret(SECRET).build()));
        refused(() -> control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build()));

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "refused: RevokeKey workspace \"ws_1\" id \"key_none\" by alice: NOT_FOUND",
                        "refused: CreateKey workspace \"ws_1\\u000aopt_live_…\" by alice: INVALID_ARGUMENT",
                        "refused: RevokeLeakedKey by alice: NOT_FOUND",
                        "refused: CreateWorkspace id \"ws_1\" by alice: ALREADY_EXISTS");
    }

    @Test
    void manyRefusals_takeNoMoreThanAShareOfTheLog() {
        for (int i = 0; i < 60; i++) {
            refused(() -> control.keys()
                    .revokeKey(RevokeKeyRequest.newBuilder()
                            .setWorkspace("ws_1")
                            .setId("key_none")
                            .build()));
        }

        assertThat(lines.list).hasSizeBetween(20, 45);
    }

    @Test
    void change_whoseJsonCannotBeRead_isLogged() throws Exception {
        assertThat(post("{\"name\":")).isEqualTo(400);
        assertThat(post("{\"nam\":\"" + SECRET + "\"}")).isEqualTo(400);
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "refused: CreateKey by alice: its request could not be read",
                        "refused: CreateKey workspace \"ws_1\" by alice: INVALID_ARGUMENT");
    }

    private int post(String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + control.plane.port() + "/v1/workspaces/ws_1/keys"))
                .header("authorization", "Bearer " + RunningControlPlane.ALICE)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    @Test
    void callsThatOnlyLook_andChangesThatAreMade_areNotLoggedHere() {
        refused(() -> control.keys()
                .getKey(GetKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId("key_none")
                        .build()));
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_2").build());

        assertThat(lines.list).isEmpty();
    }

    private static void refused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(StatusRuntimeException.class);
    }
}
