package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.config.value.RawValue;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.config.value.Setting;
import dev.latchkey.redis.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsLoaderTest {
    private static final Map<String, String> PEPPERS = Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS);

    @TempDir
    Path dir;

    @Test
    void load_nothingButPeppers_allDefaults() {
        Settings settings = sidecar(null, PEPPERS);

        assertThat(settings.authz())
                .isEqualTo(new Settings.Authz(
                        new ListenAddress.Tcp("127.0.0.1", 9191),
                        false,
                        PosixFilePermissions.fromString("rw-rw----"),
                        Duration.ofMillis(150),
                        4096));
        assertThat(settings.ops()).isEqualTo(new Settings.Ops(new ListenAddress.Tcp("127.0.0.1", 9192)));
        assertThat(settings.control())
                .isEqualTo(new Settings.Control(
                        new ListenAddress.Tcp("127.0.0.1", 9193),
                        new ListenAddress.Tcp("127.0.0.1", 9194),
                        Optional.empty(),
                        List.of(),
                        Optional.empty()));
        assertThat(settings.console().apiUrl()).isEmpty();
        assertThat(settings.redis())
                .isEqualTo(new Settings.Redis(
                        RedisUri.parse("redis://127.0.0.1:6379"),
                        Optional.empty(),
                        TlsFiles.NONE,
                        Duration.ofMillis(50),
                        "latchkey:"));
        assertThat(settings.keys().brand()).isEqualTo("opt");
        assertThat(settings.keys().acceptImported()).isFalse();
        assertThat(settings.cache())
                .isEqualTo(new Settings.Cache(true, 100_000, 10_000, Duration.ofMinutes(5), Duration.ofSeconds(2)));
        assertThat(settings.keys().abandonedPeppers()).isEmpty();
        assertThat(settings.audit().retention()).isEqualTo(Duration.ofDays(400));
        assertThat(settings.audit().maxPerWorkspace()).isEqualTo(300_000);
        assertThat(settings.keys().retention()).isEqualTo(Duration.ofDays(400));
        assertThat(settings.keys().importsPerSecond()).isEqualTo(10_000);
        assertThat(settings.keys().maxPerWorkspace()).isEqualTo(100_000);
        assertThat(settings.policies().file().path()).isEqualTo(Path.of("policy.yaml"));
        assertThat(settings.policies().named()).isEmpty();
        assertThat(settings.headers()).isEqualTo(new Settings.Headers("x-latchkey-", true));
        assertThat(settings.errors()).isEqualTo(new Settings.Errors("urn:latchkey:error:"));
        assertThat(settings.realm()).isEqualTo("latchkey");
        assertThat(settings.ready())
                .isEqualTo(new Settings.Ready(Duration.ofSeconds(30), false, Duration.ofSeconds(3)));
        assertThat(settings.drain()).isEqualTo(new Settings.Drain(Duration.ofSeconds(2), Duration.ofSeconds(10)));
    }

    @Test
    void load_allKeysByVariables_allRead() {
        Map<String, String> env = AllSettings.TEXTS.entrySet().stream()
                .collect(Collectors.toMap(
                        e -> "LATCHKEY_" + e.getKey().toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"),
                        Map.Entry::getValue));

        SettingsLoader.Loaded loaded = SettingsLoader.load(ProcessKind.CONTROL, null, env);

        AllSettings.assertRead(loaded.settings());
        assertThat(loaded.unknownVariables()).isEmpty();
    }

    @Test
    void load_allKeysByFileDotted_allRead() throws IOException {
        String[] lines = AllSettings.TEXTS.entrySet().stream()
                .map(e -> e.getKey() + ": '" + e.getValue() + "'")
                .toArray(String[]::new);

        AllSettings.assertRead(sidecar(file(lines), Map.of()));
    }

    @Test
    void load_allKeysByFileNested_allRead() throws IOException {
        AllSettings.assertRead(sidecar(file(AllSettings.NESTED.toArray(String[]::new)), Map.of()));
    }

    @Test
    void allSettings_valueForEachKeyOfTheTable() {
        assertThat(SettingTable.all().stream()
                        .map(Setting::key)
                        .filter(key -> AllSettings.TEXTS.containsKey(key) || !key.endsWith("-file")))
                .containsExactlyElementsOf(AllSettings.TEXTS.keySet());
    }

    @Test
    void load_variableAndFile_variableWins() throws IOException {
        Path file = file("redis.timeout: 20ms", "redis.prefix: 'a:'", "policies: {a: a.yaml}");

        Settings settings =
                sidecar(file, with(PEPPERS, "LATCHKEY_REDIS_TIMEOUT", "30ms", "LATCHKEY_POLICIES", "b=b.yaml"));

        assertThat(settings.redis().timeout()).isEqualTo(Duration.ofMillis(30));
        assertThat(settings.redis().prefix()).isEqualTo("a:");
        assertThat(settings.policies().named()).containsOnlyKeys("b");
    }

    @Test
    void load_fiveWrongSettings_fiveProblemsInOneReport() throws IOException {
        Path file = file("authz: {timeout: 1m}", "keys:", "  brand: Opt", "  accept-imported: yes", "redis.url: x");

        InvalidSettingsException e = refused(file, with(PEPPERS, "LATCHKEY_REDIS_TIMEOUT", "5"));

        assertThat(e).hasMessage("""
                        5 problems in the settings:
                          redis.url (from %1$s:5): no such setting (nearest: redis.uri)
                          authz.timeout (from %1$s:1): 1m (expected: a duration such as 50ms, 30s, 15m, 24h or 90d, from 1ms to 10s)
                          redis.timeout (from LATCHKEY_REDIS_TIMEOUT): 5 (expected: a duration such as 50ms, 30s, 15m, 24h or 90d, from 1ms to 10s)
                          keys.brand (from %1$s:3): Opt (expected: 2 to 16 lower-case letters and digits, a letter first)
                          keys.accept-imported (from %1$s:4): yes (expected: true or false)""".formatted(file));
        assertThat(e.problems()).hasSize(5);
    }

    @Test
    void load_relativePathsInTheFile_areInItsFolder() throws IOException {
        Files.writeString(dir.resolve("peppers"), AllSettings.PEPPERS);
        Path file = file("policy: conf/policy.yaml", "policies: {a: a.yaml, b: /b.yaml}", "keys.peppers-file: peppers");

        Settings settings = sidecar(file, Map.of());

        assertThat(settings.policies().file().path()).isEqualTo(dir.resolve("conf/policy.yaml"));
        assertThat(settings.policies().named().get("a").path()).isEqualTo(dir.resolve("a.yaml"));
        assertThat(settings.policies().named().get("b").path()).isEqualTo(Path.of("/b.yaml"));
        assertThat(settings.keys().peppers().versions()).containsExactly(2, 1);
    }

    @Test
    void load_relativePathsInVariablesAndDefaults_areInTheWorkingDirectory() throws IOException {
        Path file = file("policy: conf/policy.yaml");

        Settings settings = sidecar(
                file, with(PEPPERS, "LATCHKEY_POLICY", "other/policy.yaml", "LATCHKEY_POLICIES", "a=other/a.yaml"));

        assertThat(settings.policies().file().path()).isEqualTo(Path.of("other/policy.yaml"));
        assertThat(settings.policies().named().get("a").path()).isEqualTo(Path.of("other/a.yaml"));
        assertThat(sidecar(file("realm: x"), PEPPERS).policies().file().path()).isEqualTo(Path.of("policy.yaml"));
    }

    @Test
    void load_configFileInTheWorkingDirectory_pathsAreThereToo() {
        // Such a file has no parent folder.
        assertThat(new RawValue("policy", "latchkey.yaml:1", "policy.yaml", RawValue.WORKING_DIRECTORY)
                        .file()
                        .path())
                .isEqualTo(Path.of("policy.yaml"));
    }

    @Test
    void namedFile_missing_messageHasSettingValueAndAbsolutePath() throws IOException {
        Path file = file("policy: conf/policy.yaml");
        Settings.Policies relative = sidecar(file, PEPPERS).policies();
        Settings.Policies absolute = sidecar(null, with(PEPPERS, "LATCHKEY_POLICY", "/nowhere/policy.yaml"))
                .policies();

        assertThatThrownBy(() -> relative.file().read())
                .hasMessage("policy (from " + file + ":1): conf/policy.yaml, that is " + dir.resolve("conf/policy.yaml")
                        + ": no such file");
        assertThatThrownBy(() -> absolute.file().read())
                .hasMessage("policy (from LATCHKEY_POLICY): /nowhere/policy.yaml: no such file");
    }

    @Test
    void load_problemsOfThePolicies_areInTheSameReport() {
        SettingsLoader.PolicyCheck check = files -> List.of("policy.yaml:3: odd");

        InvalidSettingsException e = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> SettingsLoader.load(
                        ProcessKind.SIDECAR, null, with(PEPPERS, "LATCHKEY_AUTHZ_TIMEOUT", "soon"), check));

        assertThat(e.problems()).hasSize(2).contains("policy.yaml:3: odd");
    }

    @Test
    void load_policySettingWrong_policiesAreNotRead() {
        InvalidSettingsException e = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> SettingsLoader.load(
                        ProcessKind.SIDECAR, null, with(PEPPERS, "LATCHKEY_POLICY", ""), files -> List.of("read")));

        assertThat(e.problems()).containsExactly("policy (from LATCHKEY_POLICY): empty (expected: a path)");
    }

    @Test
    void load_oneProblem_headingInSingular() {
        assertThat(refused(null, with(PEPPERS, "LATCHKEY_REALM", "a\"b")))
                .hasMessage("1 problem in the settings:\n  realm (from LATCHKEY_REALM): a\"b"
                        + " (expected: 1 to 64 visible ASCII characters or spaces, without \" and \\)");
    }

    @Test
    void load_sidecarWithoutPeppers_refused() {
        assertThat(refused(null, Map.of()).problems())
                .containsExactly(
                        "keys.peppers: not set (expected: 1:<base64 of at least 32 bytes> in LATCHKEY_PEPPERS, or the"
                                + " path of a file that holds it in LATCHKEY_PEPPERS_FILE; latchkey pepper"
                                + " generate makes one)");
    }

    @Test
    void load_controlWithoutSecrets_peppersAndTokensMissed() {
        InvalidSettingsException e = catchThrowableOfType(
                InvalidSettingsException.class, () -> SettingsLoader.load(ProcessKind.CONTROL, null, Map.of()));

        assertThat(e.problems()).hasSize(2);
        assertThat(e.problems().get(0)).startsWith("control.tokens: not set (expected: at least one");
        assertThat(e.problems().get(1)).startsWith("keys.peppers: not set");
    }

    @Test
    void load_unknownVariables_namedButNoProblem() {
        Map<String, String> env = with(
                with(PEPPERS, "LATCHKEY_SERVICE_HOST", "10.0.0.1", "LATCHKEY_PORT", "tcp://10.0.0.1:9191"),
                with(
                        Map.of("LATCHKEY_CONTROL", "x", "LATCHKEY_TOKEN", "x", "LATCHKEY_CACHE", "x"),
                        Map.of("LATCHKEY_DEMO_URL", "x", "PATH", "x", "latchkey_x", "x")));

        assertThat(SettingsLoader.load(ProcessKind.SIDECAR, null, env).unknownVariables())
                .containsExactly("LATCHKEY_PORT", "LATCHKEY_SERVICE_HOST");
    }

    @Test
    void load_emptyVariable_refused() {
        assertThat(refused(null, with(PEPPERS, "LATCHKEY_POLICY", "", "LATCHKEY_POLICIES", ""))
                        .problems())
                .containsExactly(
                        "policy (from LATCHKEY_POLICY): empty (expected: a path)",
                        "policies (from LATCHKEY_POLICIES): empty (expected: name=path, separated by commas;"
                                + " in the file also a mapping of names to paths)");
    }

    /** As templates and other tools leave them behind. */
    @ParameterizedTest
    @CsvSource({
        "LATCHKEY_CACHE_ENABLED, yes",
        "LATCHKEY_CACHE_ENABLED, True",
        "LATCHKEY_CACHE_ENABLED, 2",
        "LATCHKEY_CACHE_ENABLED, <no value>",
        "LATCHKEY_CACHE_ENABLED, '\"true\"'",
        "LATCHKEY_CACHE_MAX_ENTRIES, 1e5",
        "LATCHKEY_CACHE_MAX_ENTRIES, <no value>",
        "LATCHKEY_AUTHZ_TIMEOUT, '\"50ms\"'",
        "LATCHKEY_REDIS_URI, <no value>",
    })
    void load_valueThatATemplateLeftBehind_isRefusedByName(String variable, String value) {
        assertThat(refused(null, with(PEPPERS, variable, value)).problems())
                .singleElement()
                .asString()
                .contains("(from " + variable + ")", "(expected: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AUTHZ_LISTEN",
                "OPS_LISTEN",
                "AUTHZ_TIMEOUT",
                "CACHE_ENABLED",
                "CACHE_MAX_ENTRIES",
                "REDIS_TIMEOUT",
                "REDIS_URI",
                "KEYS_BRAND"
            })
    void load_anEmptyVariable_isRefusedByName(String name) {
        assertThat(refused(null, with(PEPPERS, "LATCHKEY_" + name, "")).problems())
                .singleElement()
                .asString()
                .contains("(from LATCHKEY_" + name + "): empty");
    }

    @Test
    void load_valueWithLineBreak_staysOneLine() {
        assertThat(refused(null, with(PEPPERS, "LATCHKEY_KEYS_BRAND", "a\nb\u202e" + "c".repeat(200)))
                        .problems())
                .containsExactly("keys.brand (from LATCHKEY_KEYS_BRAND): a\\u000ab\\u202e" + "c".repeat(96)
                        + "… (expected: 2 to 16 lower-case letters and digits, a letter first)");
    }

    @Test
    void reference_namesEachSettingOnceWithItsVariables() {
        List<SettingInfo> reference = SettingsLoader.reference();

        assertThat(reference)
                .extracting(SettingInfo::key)
                .doesNotHaveDuplicates()
                .containsAll(AllSettings.TEXTS.keySet());
        assertThat(reference).flatExtracting(SettingInfo::variables).doesNotHaveDuplicates();
        assertThat(reference)
                .extracting(SettingInfo::row)
                .contains(
                        "| `keys.accept-imported` | `LATCHKEY_KEYS_ACCEPT_IMPORTED` | `false` | Whether keys with an"
                                + " imported body are accepted |",
                        "| `keys.peppers-file` | `LATCHKEY_PEPPERS_FILE` or `LATCHKEY_KEYS_PEPPERS_FILE` |  | A"
                                + " file that holds keys.peppers, instead of it |");
    }

    private Path file(String... lines) throws IOException {
        return Files.write(dir.resolve("latchkey.yaml"), List.of(lines));
    }

    private static Settings sidecar(@Nullable Path file, Map<String, String> env) {
        return SettingsLoader.load(ProcessKind.SIDECAR, file, env).settings();
    }

    private static InvalidSettingsException refused(@Nullable Path file, Map<String, String> env) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> sidecar(file, env));
    }

    private static Map<String, String> with(Map<String, String> env, String key, String value) {
        return with(env, Map.of(key, value));
    }

    private static Map<String, String> with(
            Map<String, String> env, String key, String value, String key2, String value2) {
        return with(env, Map.of(key, value, key2, value2));
    }

    private static Map<String, String> with(Map<String, String> env, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(env);
        all.putAll(more);
        return all;
    }
}
