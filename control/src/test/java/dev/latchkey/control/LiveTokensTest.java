package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.AdminToken;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.GetKeyRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
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
    private String mode = "rw-r--r--";
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

    /** An administrator blanks Bob's line, or makes a comment of it, to remove Bob. */
    @Test
    void line_blankedOrMadeAComment_itsTokenEnds() throws IOException {
        for (String without :
                List.of("\uFEFF# operators\n" + ALICE + "\n  " + CAROL, ALICE + "#" + BOB, ALICE + "   \n")) {
            mount(ALICE + BOB);
            Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.NOT_FOUND);

            mount(without);

            Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.UNAUTHENTICATED);
            assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.NOT_FOUND);
            assertThat(ready()).isEqualTo("ready\n");
        }
    }

    @Test
    void file_withAWrongLine_whatIsGoneEndsAndWhatIsSoundHoldsAndItIsToldWithoutAHash() throws IOException {
        String hash = AdminToken.hash("dave-token-0123456789");
        mount(ALICE + "dave:manager:" + hash + "\n" + CAROL);

        Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.UNAUTHENTICATED);
        assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.NOT_FOUND);
        assertThat(answer("carol-token-0123456789")).isEqualTo(Code.NOT_FOUND);
        assertThat(answer("dave-token-0123456789")).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(ready())
                .startsWith("ready\n- ")
                .contains("hold no longer", "control.tokens[1]", "tokens:2)", "the workspace is missing")
                .doesNotContain(hash.substring("sha256:".length()));
        assertThat(control.get("/metrics").body()).contains("latchkey_control_tokens_current 0.0");

        mount(ALICE);
        Awaitility.await().until(() -> ready().equals("ready\n"));
        assertThat(control.get("/metrics").body()).contains("latchkey_control_tokens_current 1.0");
    }

    @Test
    void line_ofBob_becomesWrong_hisTokenEnds() throws IOException {
        for (String wrong : List.of("bob", "bob:operator:sha256:00", BOB.strip() + " x", "\0", "x".repeat(2 << 20))) {
            mount(ALICE + BOB);
            Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.NOT_FOUND);

            mount(ALICE + wrong + "\n");

            Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.UNAUTHENTICATED);
            assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.NOT_FOUND);
        }
    }

    @Test
    void bytesThatAreNoText_besideAliceAndWithoutBob_heEnds() throws IOException {
        byte[] latin1 = ("# M\u00fcller\n" + ALICE).getBytes(StandardCharsets.ISO_8859_1);
        mount(latin1);

        Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.UNAUTHENTICATED);
        assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void file_emptied_everyTokenEnds() throws IOException {
        mount("\n# nobody\n");

        Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.UNAUTHENTICATED);
        assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(ready()).contains("control.tokens", "empty");
    }

    @Test
    void file_gone_theTokensBeforeHoldAndItIsTold() throws IOException {
        Files.delete(dir.resolve("..data"));

        Awaitility.await().until(() -> ready().contains("no such file"));
        assertThat(ready()).contains("the admin tokens before hold on");
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.NOT_FOUND);

        mount(ALICE);
        Awaitility.await().until(() -> ready().equals("ready\n"));
        assertThat(answer(RunningControlPlane.BOB)).isEqualTo(Code.UNAUTHENTICATED);
    }

    @Test
    void file_thatEveryUserMayWrite_nothingNewHoldsAndWhatIsGoneEnds() throws IOException {
        mode = "rw-rw-rw-";
        mount(ALICE + CAROL);

        Awaitility.await().until(() -> answer(RunningControlPlane.BOB) == Code.UNAUTHENTICATED);
        assertThat(answer(RunningControlPlane.ALICE)).isEqualTo(Code.NOT_FOUND);
        assertThat(answer("carol-token-0123456789")).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(ready()).contains("nothing new holds", "every user may write this file, mode 0666");

        mode = "rw-r--r--";
        mount(ALICE + CAROL);
        Awaitility.await().until(() -> answer("carol-token-0123456789") == Code.NOT_FOUND);
        assertThat(ready()).isEqualTo("ready\n");
    }

    /** Puts a new version in place in one step. */
    private void mount(String tokens) throws IOException {
        mount(tokens.getBytes(StandardCharsets.UTF_8));
    }

    private void mount(byte[] tokens) throws IOException {
        Path version = Files.createDirectory(dir.resolve("..version" + versions++));
        Path file = Files.write(version.resolve("tokens"), tokens);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
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
