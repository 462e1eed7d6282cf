package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.redis.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files for TLS to Redis: looked into at the start, and refused where nothing would be encrypted. */
class TlsSettingsTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.create();
    private static final String TLS = "rediss://redis:6380";

    @TempDir
    private Path folder;

    @Test
    void file_thatIsMissingOrHoldsSomethingElse_isRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        String key = CERTIFICATES.server().key().toString();
        String certificate = CERTIFICATES.server().certificate().toString();

        assertThat(problems(TLS, Map.of("CA", folder.resolve("none.pem").toString())))
                .singleElement()
                .asString()
                .contains(
                        "redis.tls-ca-file",
                        "none.pem (expected: the path of a readable file with certificates in PEM form)");
        assertThat(problems(TLS, Map.of("CA", empty.toString()))).hasSize(1);
        assertThat(problems(TLS, Map.of("CA", key))).hasSize(1);
        assertThat(problems(TLS, Map.of("CERT", certificate, "KEY", certificate)))
                .singleElement()
                .asString()
                .contains("redis.tls-key-file", "PKCS #8");
        assertThat(problems(TLS, Map.of("CERT", certificate, "KEY", key))).isEmpty();
    }

    @Test
    void certificate_withoutItsKey_isRefused() {
        assertThat(problems(
                        TLS, Map.of("CERT", CERTIFICATES.server().certificate().toString())))
                .containsExactly("redis.tls-cert-file, redis.tls-key-file: only one is given (expected: both or none)");
    }

    @Test
    void ca_forAPlainUri_isRefusedWithoutItsPassword() {
        assertThat(problems(
                        "redis://sidecar:marker-secret@redis",
                        Map.of("CA", CERTIFICATES.ca().toString())))
                .containsExactly(
                        "redis.tls-ca-file: given, but redis.uri is redis://sidecar:***@redis, which is plain text"
                                + " (expected: rediss:// in redis.uri)");
    }

    @Test
    void control_certificateKeyAndCa_areReadByControlAlone() {
        Map<String, String> files = Map.of(
                "CERT", CERTIFICATES.server().certificate().toString(),
                "KEY", CERTIFICATES.server().key().toString());
        assertThat(controlProblems(files)).isEmpty();
        assertThat(controlProblems(with(files, "CA", CERTIFICATES.ca().toString())))
                .isEmpty();

        Map<String, String> missing = Map.of("CERT", "none", "KEY", "none", "CA", "none");
        assertThat(controlProblems(missing))
                .hasSize(3)
                .anySatisfy(problem -> assertThat(problem).startsWith("control.tls-cert-file "))
                .anySatisfy(problem -> assertThat(problem).startsWith("control.tls-key-file "))
                .anySatisfy(problem -> assertThat(problem).startsWith("control.tls-ca-file "));
        assertThat(SettingsLoader.load(ProcessKind.SIDECAR, null, control(missing))
                        .settings()
                        .control()
                        .tls())
                .isEmpty();
    }

    @Test
    void control_filesThatDoNotFit_areRefused() {
        String certificate = CERTIFICATES.server().certificate().toString();
        String key = TestCertificates.create().server().key().toString();

        assertThat(controlProblems(Map.of("CERT", certificate)))
                .containsExactly(
                        "control.tls-cert-file, control.tls-key-file: only one is given (expected: both or none)");
        assertThat(controlProblems(Map.of("CA", CERTIFICATES.ca().toString())))
                .containsExactly(
                        "control.tls-ca-file: given, but control.listen is plain text (expected: the server's own"
                                + " control.tls-cert-file and control.tls-key-file as well)");
        assertThat(controlProblems(Map.of("CERT", certificate, "KEY", key)))
                .containsExactly("control.tls-cert-file, control.tls-key-file: the key is not that of the certificate"
                        + " (expected: the two of one pair; the server's certificate first in its file)");
    }

    private static List<String> controlProblems(Map<String, String> files) {
        InvalidSettingsException refused = catchThrowableOfType(
                InvalidSettingsException.class, () -> SettingsLoader.load(ProcessKind.CONTROL, null, control(files)));
        return refused == null ? List.of() : refused.problems();
    }

    private static Map<String, String> control(Map<String, String> files) {
        Map<String, String> env = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                AllSettings.PEPPERS,
                "LATCHKEY_CONTROL_TOKENS",
                "ops:operator:sha256:" + AllSettings.HASH));
        files.forEach((name, value) -> env.put("LATCHKEY_CONTROL_TLS_" + name + "_FILE", value));
        return env;
    }

    private static Map<String, String> with(Map<String, String> files, String name, String value) {
        Map<String, String> more = new HashMap<>(files);
        more.put(name, value);
        return more;
    }

    private static List<String> problems(String uri, Map<String, String> files) {
        Map<String, String> env =
                new HashMap<>(Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_REDIS_URI", uri));
        files.forEach((name, value) -> env.put("LATCHKEY_REDIS_TLS_" + name + "_FILE", value));
        InvalidSettingsException refused = catchThrowableOfType(
                InvalidSettingsException.class, () -> SettingsLoader.load(ProcessKind.SIDECAR, null, env));
        return refused == null ? List.of() : refused.problems();
    }
}
