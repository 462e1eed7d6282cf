package dev.latchkey.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.Run;
import dev.latchkey.config.AdminToken;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** TLS between the commands and the control plane: what is trusted, what is refused, and how that is told. */
class ControlTlsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final TestCertificates OURS = TestCertificates.create();
    private static final TestCertificates OTHERS = TestCertificates.create();
    private static final TestCertificates.Pair CLIENT = OURS.issue("client", "");
    private static final String TOKEN = "latchkey_admin_of-the-test";
    private static final String POLICY = """
            scopes:
              cases:read: Read case data
            routes:
              - match: GET /v1/cases
                scope: cases:read
            """;

    @TempDir
    Path folder;

    private Path certificate;
    private Path key;
    private @Nullable ControlPlane control;

    @BeforeEach
    void place() throws IOException {
        certificate = Files.copy(OURS.server().certificate(), folder.resolve("server.pem"));
        key = Files.copy(OURS.server().key(), folder.resolve("server.key"));
    }

    @AfterEach
    void stop() {
        if (control != null) {
            control.close();
        }
    }

    @Test
    void serverCertificate_ofATrustedCa_isTakenByOptionAndByVariable() throws IOException {
        start(Map.of());

        assertThat(run("--tls-ca-file", OURS.ca().toString()).status()).isZero();
        assertThat(run(Map.of("LATCHKEY_TLS_CA_FILE", OURS.ca().toString())).status())
                .isZero();
    }

    @Test
    void serverCertificate_ofNoTrustedCa_isRefused() throws IOException {
        start(Map.of());

        assertUnreachable(run(), "no trusted CA has signed its certificate", "--tls-ca-file");
        assertUnreachable(run("--tls-ca-file", OTHERS.ca().toString()), "no trusted CA has signed its certificate");
    }

    @Test
    void serverCertificate_ofAnotherHost_isRefused() throws IOException {
        place(OURS.issue("elsewhere", "-ext san=dns:control.example"));
        start(Map.of());

        assertUnreachable(run("--tls-ca-file", OURS.ca().toString()), "its certificate is not for 127.0.0.1");
    }

    @Test
    void plainText_toTls_isRefused() throws IOException {
        start(Map.of());

        assertUnreachable(
                run(Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:" + port())),
                "cannot reach the control plane at http://127.0.0.1:",
                "https://");
    }

    @Test
    void clientCertificate_ofTheCa_isWanted() throws IOException {
        start(Map.of("LATCHKEY_CONTROL_TLS_CA_FILE", OURS.ca().toString()));
        String ca = OURS.ca().toString();

        Run good = run(
                "--tls-ca-file", ca,
                "--tls-cert-file", CLIENT.certificate().toString(),
                "--tls-key-file", CLIENT.key().toString());
        assertThat(good.status()).as(good.err()).isZero();
        assertThat(run(Map.of(
                                "LATCHKEY_TLS_CA_FILE", ca,
                                "LATCHKEY_TLS_CERT_FILE", CLIENT.certificate().toString(),
                                "LATCHKEY_TLS_KEY_FILE", CLIENT.key().toString()))
                        .status())
                .isZero();
        assertUnreachable(run("--tls-ca-file", ca), "client certificate", "--tls-cert-file");

        TestCertificates.Pair stranger = OTHERS.issue("stranger", "");
        assertUnreachable(
                run(
                        "--tls-ca-file", ca,
                        "--tls-cert-file", stranger.certificate().toString(),
                        "--tls-key-file", stranger.key().toString()),
                "client certificate");
    }

    /** A certificate does not replace the token. */
    @Test
    void clientCertificate_withoutAToken_isNotEnough() throws IOException {
        start(Map.of("LATCHKEY_CONTROL_TLS_CA_FILE", OURS.ca().toString()));

        Run run = run(
                Map.of("LATCHKEY_TOKEN", "wrong"),
                "--tls-ca-file",
                OURS.ca().toString(),
                "--tls-cert-file",
                CLIENT.certificate().toString(),
                "--tls-key-file",
                CLIENT.key().toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("does not know the admin token");
    }

    @Test
    void files_thatDoNotFit_areRefusedBeforeTheCall() throws IOException {
        start(Map.of());
        String ca = OURS.ca().toString();
        String secret = CLIENT.key().toString();

        assertUsage(run("--tls-ca-file", folder.resolve("none").toString()), "none: cannot be read");
        assertUsage(run("--tls-ca-file", secret), "expected in " + secret + " certificates");
        assertUsage(run("--tls-cert-file", CLIENT.certificate().toString()), "only one is given");
        assertUsage(
                run(Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:" + port()), "--tls-ca-file", ca),
                "http://127.0.0.1:" + port() + " is plain text (expected: https://");
    }

    @Test
    void renewedCertificate_isShownWithoutARestart() throws IOException {
        start(Map.of());
        assertThat(run("--tls-ca-file", OURS.ca().toString()).status()).isZero();

        Files.writeString(certificate, "not a certificate");
        place(OTHERS.server());

        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                run("--tls-ca-file", OTHERS.ca().toString()).status())
                        .isZero());
    }

    @Test
    void renewedCertificate_withTheKeyOfAnother_isNotTaken() throws IOException {
        start(Map.of());
        Files.copy(OTHERS.server().key(), key, StandardCopyOption.REPLACE_EXISTING);

        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(
                                run("--tls-ca-file", OURS.ca().toString()).status())
                        .isZero());
    }

    private void start(Map<String, String> more) throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("LATCHKEY_PEPPERS", "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        settings.put("LATCHKEY_CONTROL_TOKENS", "test:operator:" + AdminToken.hash(TOKEN));
        settings.put("LATCHKEY_CONTROL_LISTEN", "127.0.0.1:0");
        settings.put("LATCHKEY_CONTROL_OPS_LISTEN", "127.0.0.1:0");
        settings.put("LATCHKEY_REDIS_URI", REDIS.uri());
        settings.put("LATCHKEY_CONTROL_TLS_CERT_FILE", certificate.toString());
        settings.put("LATCHKEY_CONTROL_TLS_KEY_FILE", key.toString());
        control = ControlPlane.start(
                SettingsLoader.load(ProcessKind.CONTROL, null, settings).settings(),
                new Policies(Policy.parse(POLICY, "policy.yaml"), Map.of()));
        Awaitility.await().until(control::ready);
    }

    private void place(TestCertificates.Pair pair) throws IOException {
        Files.copy(pair.key(), key, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(pair.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
    }

    private int port() {
        return java.util.Objects.requireNonNull(control).port();
    }

    private Run run(String... options) {
        return run(Map.of(), options);
    }

    private Run run(Map<String, String> more, String... options) {
        Map<String, String> variables = new HashMap<>();
        variables.put("LATCHKEY_CONTROL", "https://127.0.0.1:" + port());
        variables.put("LATCHKEY_TOKEN", TOKEN);
        variables.putAll(more);
        List<String> command = new ArrayList<>(List.of("workspaces", "list"));
        command.addAll(List.of(options));
        return Run.of(variables, command.toArray(String[]::new));
    }

    private static void assertUnreachable(Run run, String... texts) {
        assertThat(run.status()).as(run.err()).isEqualTo(3);
        assertThat(run.err()).hasLineCount(1).contains(texts);
    }

    private static void assertUsage(Run run, String text) {
        assertThat(run.status()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(text).doesNotContain("PRIVATE KEY");
    }
}
