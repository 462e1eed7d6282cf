package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.AdminToken;
import dev.latchkey.index.RealRedis;
import dev.latchkey.v1.GetKeyRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The file of admin tokens is changed while the control plane runs; it is a link to a link, as Kubernetes makes it. */
class LiveTokensTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String ALICE = line("alice", RunningControlPlane.ALICE);
    private static final String BOB = line("bob", RunningControlPlane.BOB);
    private static final String CAROL = line("carol", "carol-token-0123456789");

    @TempDir
    Path dir;

    private int versions;
    private RunningControlPlane control;

    @BeforeEach
    void start() throws IOException {
        Files.createSymbolicLink(dir.resolve("tokens"), Path.of("..data", "tokens"));
        mount(ALICE + BOB);
        Map<String, String> variables = RunningControlPlane.variables("127.0.0.1:0", REDIS.uri(), TestControl.PEPPER_1);
        variables.remove("LATCHKEY_CONTROL_TOKENS");
        variables.put("LATCHKEY_CONTROL_TOKENS_FILE", dir.resolve("tokens").toString());
        control = new RunningControlPlane(RunningControlPlane.load(variables), Duration.ofSeconds(5));
        Awaitility.await().until(control.plane::ready);
    }

    @AfterEach
    void stop() {
        control.close();
    }

    @Test
    void file_changed_holdsWithoutARestart() throws IOException {
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.NOT_FOUND);
        assertThat(answer("carol-token-0123456789")).isEqualTo(Code.UNAUTHENTICATED);

        mount(ALICE + CAROL);

        Awaitility.await().until(() -> answer("carol-token-0123456789") == Code.NOT_FOUND);
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void file_wrong_theTokensBeforeHoldAndItIsToldWithoutAHash() throws IOException {
        String hash = AdminToken.hash("carol-token-0123456789");
        mount(ALICE + "carol:manager:" + hash + "\n");

        Awaitility.await().until(() -> ready().contains("the admin tokens before hold on"));
        assertThat(ready())
                .startsWith("ready\n- ")
                .contains("control.tokens[1]", "the workspace is missing")
                .doesNotContain(hash.substring("sha256:".length()));
        assertThat(control.get("/metrics").body()).contains("latchkey_control_tokens_current 0.0");
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.NOT_FOUND);

        Files.delete(dir.resolve("..data"));
        Awaitility.await().until(() -> ready().contains("no such file"));
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.NOT_FOUND);

        mount(ALICE);
        Awaitility.await().until(() -> ready().equals("ready\n"));
        assertThat(control.get("/metrics").body()).contains("latchkey_control_tokens_current 1.0");
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.UNAUTHENTICATED);
    }

    /** Puts a new version in place in one step. */
    private void mount(String tokens) throws IOException {
        Path version = Files.createDirectory(dir.resolve("..version" + versions++));
        Files.writeString(version.resolve("tokens"), tokens);
        Path link = Files.createSymbolicLink(dir.resolve("..next"), version.getFileName());
        Files.move(link, dir.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private String ready() {
        return control.get("/readyz").body();
    }

    private Code answer(String token) {
        GetKeyRequest request =
                GetKeyRequest.newBuilder().setWorkspace("-").setId("key_1").build();
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> control.keys(RunningControlPlane.authorization("Bearer " + token))
                                .getKey(request))
                .getStatus()
                .getCode();
    }

    private static String line(String name, String token) {
        return name + ":operator:" + AdminToken.hash(token) + "\n";
    }
}
