package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.RedisUri;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where secrets come from, and that no message and no text of a settings object holds one. */
final class SecretSettingsTest {
    private static final String MARKER = "s3cr3tMARKER";

    @TempDir
    Path dir;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void load_wrongSecret_refusedWithoutShowingIt(String row, String yaml, Map<String, String> env) throws IOException {
        InvalidSettingsException e = refused(yaml, env);

        assertThat(e).hasStackTraceContaining("in the settings:");
        assertThat(stackTrace(e)).doesNotContain(MARKER);
    }

    static Stream<Arguments> load_wrongSecret_refusedWithoutShowingIt() {
        return Stream.of(
                row("a pepper without version", "keys.peppers: " + MARKER),
                row("a pepper that is not base64", "keys.peppers: '1:" + MARKER + "!'"),
                row("a short pepper", "keys.peppers: '1:" + MARKER + "'"),
                row("peppers as a list", "keys.peppers: [" + MARKER + "]"),
                row("a password under a wrong key", "redis.password: " + MARKER),
                row("a password in a section", "redis: " + MARKER),
                row("a missing space makes a secret a key", "redis: {uri:redis://:" + MARKER + "@h}"),
                row("bad YAML around a secret", "redis:\n  uri: \"redis://:" + MARKER + "@h"),
                row("a secret that looks like an alias", "redis.uri: *" + MARKER),
                row("a secret that looks like a tag", "redis.uri: !" + MARKER + "!x y"),
                row("a secret as the whole file", MARKER),
                row("an uri of another scheme", "redis.uri: redis-sentinel://:" + MARKER + "@h"),
                row("an uri with a bad escape", "redis.uri: redis://:%zz" + MARKER + "@h"),
                row("an uri with a password alone", "redis.uri: redis://" + MARKER + "@h"),
                row("an uri with a bad port", "redis.uri: redis://:" + MARKER + "@h:70000"),
                row("a token as its hash", "control.tokens: [{name: a, role: operator, hash: " + MARKER + "}]"),
                row("a token as its name", "control.tokens: [{name: '" + MARKER + "!', role: operator, hash: x}]"),
                row("a token as its role", "control.tokens: [{name: a, role: " + MARKER + ", hash: x}]"),
                row("a token in the list", "control.tokens: [" + MARKER + "]"),
                row("a token alone", Map.of("LATCHKEY_CONTROL_TOKENS", MARKER)),
                row("a token for its hash", Map.of("LATCHKEY_CONTROL_TOKENS", "a:operator:" + MARKER)),
                row(
                        "a token as its workspace",
                        "control.tokens: [{name: a, role: reader, workspace: " + MARKER + "!}]"),
                row(
                        "a token for its workspace",
                        Map.of("LATCHKEY_CONTROL_TOKENS", "a:operator:" + MARKER + ":sha256:x")),
                row("a token in the wrong order", Map.of("LATCHKEY_CONTROL_TOKENS", MARKER + "!:" + MARKER + ":a,")),
                row(
                        "two pepper variables that differ",
                        Map.of("LATCHKEY_PEPPERS", "1:" + MARKER, "LATCHKEY_KEYS_PEPPERS", "2:" + MARKER)));
    }

    @Test
    void load_secretsThatAreRight_notInToString() throws IOException {
        String hash = AdminToken.hash(MARKER);
        Map<String, String> env = Map.of(
                "LATCHKEY_PEPPERS", AllSettings.PEPPERS,
                "LATCHKEY_REDIS_URI", "redis://sidecar:" + MARKER + "@h:1/2",
                "LATCHKEY_CONTROL_TOKENS", "ops:operator:" + hash);

        String text = load("", env).toString();

        assertThat(text)
                .contains("Peppers[2, 1]", "redis://sidecar:***@h:1/2", "ops (operator)")
                .doesNotContain(MARKER, hash.substring("sha256:".length()), AllSettings.PEPPERS.substring(2, 10));
    }

    @Test
    void load_secretsFromFiles_readWithoutTrailingNewline() throws IOException {
        Path peppers = Files.writeString(dir.resolve("peppers"), AllSettings.PEPPERS + "\n");
        Path uri = Files.writeString(dir.resolve("uri"), "redis://:pw@h\r\n");

        Settings settings = load("redis.uri-file: " + uri, Map.of("LATCHKEY_PEPPERS_FILE", peppers.toString()));

        assertThat(settings.keys().peppers().versions()).containsExactly(2, 1);
        assertThat(settings.redis().uri().reveal()).isEqualTo("redis://:pw@h");
    }

    @Test
    void load_secretFileWithWrongContent_namesTheFile() throws IOException {
        Path peppers = Files.writeString(dir.resolve("peppers"), "1:" + MARKER + "\n");
        Path uri = Files.writeString(dir.resolve("uri"), "\n");

        assertThat(refused(
                                "",
                                Map.of(
                                        "LATCHKEY_KEYS_PEPPERS_FILE",
                                        peppers.toString(),
                                        "LATCHKEY_REDIS_URI_FILE",
                                        uri.toString()))
                        .problems())
                .containsExactly(
                        "redis.uri (from " + uri + "): empty (expected: " + RedisUri.EXPECTED + ")",
                        "keys.peppers (from " + peppers + "): entry 1 of 1 has 9 bytes (expected: at least 32)");
    }

    @Test
    void load_tokensFromAFile_readByControlAlone() throws IOException {
        Path tokens = Files.writeString(
                dir.resolve("tokens"),
                "ci:operator:sha256:" + "ab".repeat(32) + "\nops:operator:sha256:" + AllSettings.HASH + "\n");
        Map<String, String> env =
                Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_CONTROL_TOKENS_FILE", tokens.toString());

        assertThat(SettingsLoader.load(ProcessKind.CONTROL, null, env)
                        .settings()
                        .control()
                        .tokens())
                .extracting(AdminToken::name)
                .containsExactly("ci", "ops");
        Files.delete(tokens);
        assertThat(load("", env).control().tokens()).isEmpty();
    }

    @Test
    void load_tokensFileMissingOrEmpty_controlIsRefused() throws IOException {
        Path tokens = Files.writeString(dir.resolve("tokens"), "\n");
        Map<String, String> env =
                Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_CONTROL_TOKENS_FILE", tokens.toString());

        assertThat(refusedControl(env).problems())
                .singleElement()
                .asString()
                .startsWith("control.tokens (from " + tokens + "): empty (expected: ");
        Files.delete(tokens);
        assertThat(refusedControl(env).problems())
                .containsExactly("control.tokens-file (from LATCHKEY_CONTROL_TOKENS_FILE): " + tokens
                        + ": no such file (expected: a file that holds control.tokens)");
    }

    @Test
    void load_secretFileMissing_problemNamesPath() throws IOException {
        Path missing = dir.resolve("missing");

        assertThat(refused("", Map.of("LATCHKEY_PEPPERS_FILE", missing.toString()))
                        .problems())
                .containsExactly("keys.peppers-file (from LATCHKEY_PEPPERS_FILE): " + missing
                        + ": no such file (expected: a file that holds keys.peppers)");
    }

    @Test
    void load_valueAndItsFile_refused() throws IOException {
        Path any = Files.writeString(dir.resolve("any"), AllSettings.PEPPERS);
        String yaml = "redis.uri: redis://h\nredis.uri-file: " + any;
        Map<String, String> both =
                Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_PEPPERS_FILE", any.toString());

        assertThat(refused(yaml, both).problems())
                .containsExactly(
                        "redis.uri (from " + yaml() + ":1): given as redis.uri-file (from " + yaml()
                                + ":2) too (expected: one of the two)",
                        "keys.peppers (from LATCHKEY_PEPPERS): given as keys.peppers-file (from LATCHKEY_PEPPERS_FILE)"
                                + " too (expected: one of the two)");
    }

    /** As with every other setting; whichever of the two names either gives. */
    @Test
    void load_valueOrItsFileAsAVariable_winsOverTheFilesOther() throws IOException {
        Path uri = Files.writeString(dir.resolve("uri"), "redis://by-file");
        Path missing = dir.resolve("missing");

        assertThat(load(
                                "keys.peppers-file: " + missing + "\nredis.uri: redis://by-value",
                                Map.of(
                                        "LATCHKEY_PEPPERS",
                                        AllSettings.PEPPERS,
                                        "LATCHKEY_REDIS_URI_FILE",
                                        uri.toString()))
                        .redis()
                        .uri()
                        .reveal())
                .isEqualTo("redis://by-file");
    }

    /** Else a new password in the file would not be seen; and a variable's value would give way to the file's. */
    @Test
    void load_uriFile_isReadLaterIfItWasTheOneThatWasTaken() throws IOException {
        Path uri = Files.writeString(dir.resolve("uri"), "redis://by-file");
        Map<String, String> peppers = Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS);
        Map<String, String> fileByVariable = new HashMap<>(peppers);
        fileByVariable.put("LATCHKEY_REDIS_URI_FILE", uri.toString());
        Map<String, String> valueByVariable = new HashMap<>(peppers);
        valueByVariable.put("LATCHKEY_REDIS_URI", "redis://by-value");

        assertThat(load("redis.uri-file: " + uri, peppers).redis().uriFile()).isPresent();
        assertThat(load("redis.uri: redis://by-value", fileByVariable).redis().uriFile())
                .isPresent();
        assertThat(load("redis.uri-file: " + uri, valueByVariable).redis().uriFile())
                .isEmpty();
    }

    /** Else the file would take the place of the variable's tokens when it changes. */
    @Test
    void load_tokensAsAVariable_theirFileIsNotReadLater() throws IOException {
        Path tokens = Files.writeString(dir.resolve("tokens"), "file:operator:sha256:" + "0".repeat(64));
        Path config = Files.writeString(dir.resolve("control.yaml"), "control.tokens-file: " + tokens);
        Map<String, String> env = Map.of(
                "LATCHKEY_PEPPERS",
                AllSettings.PEPPERS,
                "LATCHKEY_CONTROL_TOKENS",
                "ci:operator:sha256:" + "1".repeat(64));

        Settings.Control control =
                SettingsLoader.load(ProcessKind.CONTROL, config, env).settings().control();

        assertThat(control.tokens()).extracting(AdminToken::name).containsExactly("ci");
        assertThat(control.tokensFile()).isEmpty();
    }

    @Test
    void load_bothPepperVariables_refusedOnlyIfTheyDiffer() throws IOException {
        Map<String, String> same =
                Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_KEYS_PEPPERS", AllSettings.PEPPERS);
        Map<String, String> different = Map.of(
                "LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_KEYS_PEPPERS", AllSettings.PEPPERS.substring(47));

        assertThat(load("", same).keys().peppers().versions()).containsExactly(2, 1);
        assertThat(refused("", different).problems())
                .containsExactly("keys.peppers (from LATCHKEY_PEPPERS): differs from LATCHKEY_KEYS_PEPPERS"
                        + " (expected: one of the two)");
    }

    private static Arguments row(String name, String yaml) {
        return Arguments.of(name, yaml, Map.of());
    }

    private static Arguments row(String name, Map<String, String> env) {
        return Arguments.of(name, "", env);
    }

    private Settings load(String yaml, Map<String, String> env) throws IOException {
        Files.writeString(yaml(), yaml);
        return SettingsLoader.load(ProcessKind.SIDECAR, yaml(), env).settings();
    }

    private InvalidSettingsException refused(String yaml, Map<String, String> env) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> load(yaml, env));
    }

    private static InvalidSettingsException refusedControl(Map<String, String> env) {
        return catchThrowableOfType(
                InvalidSettingsException.class, () -> SettingsLoader.load(ProcessKind.CONTROL, null, env));
    }

    private Path yaml() {
        return dir.resolve("latchkey.yaml");
    }

    private static String stackTrace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
