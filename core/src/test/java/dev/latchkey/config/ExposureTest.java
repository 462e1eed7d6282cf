package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.InvalidSettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What others may do with the files and ports of a process, in both processes. */
final class ExposureTest {
    @TempDir
    Path dir;

    private Path peppers;
    private Path uri;
    private Path tokens;
    private Path policy;
    private Path config;

    @BeforeEach
    void files() throws IOException {
        peppers = file("peppers", AllSettings.PEPPERS);
        uri = file("uri", "redis://sidecar:pw@localhost:6379");
        tokens = file("tokens", "ops:operator:sha256:" + AllSettings.HASH);
        policy = file("policy.yaml", "");
        config = file("latchkey.yaml", "realm: x");
    }

    @ParameterizedTest
    @EnumSource
    void load_filesOfTheirOwnerAlone_noWarning(ProcessKind process) {
        assertThat(load(process, Map.of()).warnings()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void load_filesThatEveryUserMayWrite_allRefused(ProcessKind process) throws IOException {
        boolean control = process == ProcessKind.CONTROL;
        for (Path file : List.of(peppers, uri, tokens, policy, config)) {
            mode(file, "rw-rw-rw-");
        }

        List<String> problems = refused(process, Map.of("LATCHKEY_POLICIES", "a=" + policy));

        assertThat(problems)
                .hasSize(control ? 6 : 5)
                .allMatch(problem -> problem.contains("mode 0666 (expected: chmod o-w)"));
        assertThat(problems.toString())
                .contains("redis.uri-file: " + uri, "keys.peppers-file: " + peppers, "policy: " + policy)
                .contains("policies.a: " + policy, "--config: " + config);
        assertThat(problems.toString().contains("control.tokens-file: " + tokens))
                .isEqualTo(control);
    }

    @Test
    void load_keyThatEveryUserMayWrite_refused() throws IOException {
        Path key = Files.copy(Path.of(AllSettings.TEXTS.get("redis.tls-key-file")), dir.resolve("key.pem"));
        mode(key, "rw-----w-");

        assertThat(refused(
                        ProcessKind.SIDECAR,
                        Map.of(
                                "LATCHKEY_REDIS_URI", "rediss://localhost",
                                "LATCHKEY_REDIS_TLS_CERT_FILE", AllSettings.TEXTS.get("redis.tls-cert-file"),
                                "LATCHKEY_REDIS_TLS_KEY_FILE", key.toString())))
                .containsExactly("redis.tls-key-file: " + key
                        + ": every user may write this file, mode 0602 (expected: chmod o-w)");
    }

    /**
     * The files of a Kubernetes secret are links through ..data, owned by root and readable by all unless told
     * otherwise.
     */
    @ParameterizedTest
    @EnumSource
    void load_secretMountedByKubernetes_startsWithAWarning(ProcessKind process) throws IOException {
        Path version = Files.createDirectory(dir.resolve("..2026_01_01"));
        Path mounted = Files.move(peppers, version.resolve("peppers"));
        mode(mounted, "rw-r--r--");
        Files.createSymbolicLink(dir.resolve("..data"), version.getFileName());
        Files.createSymbolicLink(peppers, Path.of("..data", "peppers"));

        assertThat(load(process, Map.of()).warnings())
                .containsExactly("keys.peppers-file: " + peppers + ": every user may read this secret, mode 0644"
                        + " (expected: chmod o-r; in Kubernetes defaultMode: 0440)");
        mode(mounted, "r--r-----"); // defaultMode 0400 and fsGroup
        assertThat(load(process, Map.of()).warnings()).isEmpty();
    }

    @Test
    void load_secretsThatEveryUserMayRead_warnedOf() throws IOException {
        for (Path file : List.of(peppers, uri, tokens, policy, config)) {
            mode(file, "rw-r--r--");
        }
        assertThat(load(ProcessKind.CONTROL, Map.of()).warnings())
                .hasSize(2)
                .allMatch(warning -> warning.contains("every user may read this secret"))
                .anyMatch(warning -> warning.startsWith("redis.uri-file: " + uri))
                .anyMatch(warning -> warning.startsWith("keys.peppers-file: " + peppers));

        Files.writeString(uri, "redis://localhost");
        mode(peppers, "rw-------");
        assertThat(load(ProcessKind.CONTROL, Map.of()).warnings()).isEmpty();

        for (String secret : List.of("keys.peppers: " + AllSettings.PEPPERS, "redis: {uri: 'redis://:pw@localhost'}")) {
            Files.writeString(config, secret);
            Map<String, String> env =
                    Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_REDIS_URI", "redis://localhost");
            assertThat(load(ProcessKind.SIDECAR, env).warnings())
                    .singleElement()
                    .asString()
                    .startsWith("--config: " + config + ": every user may read this secret, mode 0644");
        }
    }

    @Test
    void load_folderInWhichEveryUserMayReplaceTheFile_warnedOf() throws IOException {
        Path open = Files.createDirectory(dir.resolve("open"));
        Path inside = Files.move(peppers, open.resolve("peppers"));
        mode(open, "rwxrwxrwx");

        assertThat(load(ProcessKind.SIDECAR, Map.of("LATCHKEY_PEPPERS_FILE", inside.toString()))
                        .warnings())
                .containsExactly("keys.peppers-file: " + inside + ": every user may replace this file, since " + open
                        + " has mode 0777 (expected: chmod o-w)");
        Files.setAttribute(open, "unix:mode", 01777);
        assertThat(load(ProcessKind.SIDECAR, Map.of("LATCHKEY_PEPPERS_FILE", inside.toString()))
                        .warnings())
                .isEmpty();
    }

    @Test
    void load_portsBeyondThisMachine_warnedOfWhereTheyArePlainText() {
        assertThat(load(ProcessKind.SIDECAR, Map.of("LATCHKEY_AUTHZ_LISTEN", "0.0.0.0:9191"))
                        .warnings())
                .singleElement()
                .asString()
                .startsWith("authz.listen: 0.0.0.0:9191 is plain text beyond this machine");
        assertThat(load(ProcessKind.SIDECAR, Map.of("LATCHKEY_CONTROL_LISTEN", "0.0.0.0:9193"))
                        .warnings())
                .isEmpty();
        assertThat(load(ProcessKind.CONTROL, Map.of("LATCHKEY_CONTROL_LISTEN", "[::]:9193"))
                        .warnings())
                .singleElement()
                .asString()
                .startsWith("control.listen: [::]:9193 is plain text beyond this machine");
        assertThat(load(
                                ProcessKind.CONTROL,
                                Map.of(
                                        "LATCHKEY_CONTROL_LISTEN", "control.internal:9193",
                                        "LATCHKEY_CONTROL_TLS_CERT_FILE", AllSettings.TEXTS.get("redis.tls-cert-file"),
                                        "LATCHKEY_CONTROL_TLS_KEY_FILE", AllSettings.TEXTS.get("redis.tls-key-file")))
                        .warnings())
                .noneMatch(warning -> warning.contains("plain text"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1:9191", "127.9.9.9:1", "[::1]:9191", "localhost:9191", "unix:/run/a.sock", "unix:@a"})
    void load_portOfThisMachine_noWarning(String listen) {
        assertThat(load(ProcessKind.SIDECAR, Map.of("LATCHKEY_AUTHZ_LISTEN", listen))
                        .warnings())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void load_redisBeyondThisMachine_warnedOfWithoutItsPassword(ProcessKind process) {
        assertThat(load(process, Map.of("LATCHKEY_REDIS_URI", "redis://u:s3cr3t@redis:6379"))
                        .warnings())
                .containsExactly(
                        "redis.uri: redis://u:***@redis:6379 is plain text beyond this machine: whoever controls"
                                + " the network reads the password and changes records (expected: rediss://)");
        assertThat(load(process, Map.of("LATCHKEY_REDIS_URI", "rediss://u:s3cr3t@redis:6379"))
                        .warnings())
                .isEmpty();
        assertThat(load(process, Map.of("LATCHKEY_REDIS_URI", "redis://u:s3cr3t@[::1]:6379"))
                        .warnings())
                .isEmpty();
    }

    private Settings load(ProcessKind process, Map<String, String> more) {
        Map<String, String> env = new HashMap<>();
        env.put("LATCHKEY_POLICY", policy.toString());
        if (process == ProcessKind.CONTROL) {
            env.put("LATCHKEY_CONTROL_TOKENS_FILE", tokens.toString());
        }
        if (!more.containsKey("LATCHKEY_PEPPERS")) {
            env.put("LATCHKEY_PEPPERS_FILE", peppers.toString());
        }
        if (!more.containsKey("LATCHKEY_REDIS_URI")) {
            env.put("LATCHKEY_REDIS_URI_FILE", uri.toString());
        }
        env.putAll(more);
        return SettingsLoader.load(process, config, env).settings();
    }

    private List<String> refused(ProcessKind process, Map<String, String> more) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> load(process, more))
                .problems();
    }

    private Path file(String name, String text) throws IOException {
        Path file = Files.writeString(dir.resolve(name), text);
        mode(file, "rw-------");
        return file;
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
