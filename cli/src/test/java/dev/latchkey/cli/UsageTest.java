package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the user did wrong: exit status 2, nothing on standard output, nothing sent. */
class UsageTest {
    private static final String SECRET = "opt_live_0000000000000000000000000000000046uziL";
    private static final String TOKEN = "latchkey_admin_of-the-test";
    /** Nobody listens there: what gets as far as a call ends with 3. */
    private static final Map<String, String> VARIABLES =
            Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:1", "LATCHKEY_TOKEN", TOKEN);

    @ParameterizedTest
    @MethodSource
    void wrongLine_isRefusedWithTheReason(String reason, List<String> line) {
        Run run = Run.of(VARIABLES, line.toArray(String[]::new));

        assertThat(run.err()).startsWith("latchkey: " + reason).doesNotContain("\tat ");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    static Stream<Arguments> wrongLine_isRefusedWithTheReason() {
        return Stream.of(
                argumentSet("no command", "missing required subcommand", List.of()),
                argumentSet("a group without a command", "missing required subcommand", List.of("keys")),
                argumentSet("a command that comes later", "unexpected argument export", List.of("keys", "export")),
                argumentSet("no workspace", "missing required option: '--workspace=ID'", List.of("keys", "list")),
                argumentSet("no id", "missing required parameter: 'ID'", List.of("keys", "get")),
                argumentSet("two ids", "unexpected argument b", List.of("keys", "get", "a", "b")),
                argumentSet(
                        "an unknown form",
                        "invalid value for option '--output': xml (expected: table or json)",
                        List.of("--output", "xml", "workspaces", "list")),
                argumentSet(
                        "a unit that there is not",
                        "invalid value for option '--expires-in': 3w (expected: a duration such as",
                        create("--expires-in", "3w")),
                argumentSet(
                        "a duration below zero",
                        "invalid value for option '--expires-in': -1d (expected: a duration such as",
                        create("--expires-in=-1d")),
                argumentSet(
                        "a time without its zone",
                        "invalid value for option '--expires-at': 2027-01-31T00:00:00 (expected: a time such as",
                        create("--expires-at", "2027-01-31T00:00:00")),
                argumentSet(
                        "a date",
                        "invalid value for option '--expires-at': 2027-01-31 (expected: a time such as",
                        create("--expires-at", "2027-01-31")),
                argumentSet(
                        "a year that no timestamp holds",
                        "invalid value for option '--expires-at': +12027-01-31T00:00:00Z",
                        create("--expires-at", "+12027-01-31T00:00:00Z")),
                argumentSet(
                        "two expiries",
                        "--expires-in=DURATION, --expires-at=TIME are mutually exclusive",
                        create("--expires-in=1d", "--expires-at=2027-01-31T00:00:00Z")),
                argumentSet(
                        "an unknown environment",
                        "invalid value for option '--environment': prod (expected: live or test)",
                        create("--environment", "prod")),
                argumentSet(
                        "an empty scope beside others",
                        "--scope: empty (expected: a value",
                        create("--scope", "cases:read", "--scope", "")),
                argumentSet(
                        "an empty name",
                        "--name: empty (expected: a value",
                        List.of("keys", "update", "key_1", "--name", "", "--scope", "cases:read")),
                argumentSet(
                        "an empty filter",
                        "--name: empty (expected: a value",
                        List.of("keys", "list", "--workspace", "ws_1", "--name=")),
                argumentSet(
                        "an empty actor",
                        "--actor: empty (expected: a value",
                        List.of("audit", "list", "--workspace", "ws_1", "--actor", "")),
                argumentSet(
                        "an empty default of an import",
                        "--scope: empty (expected: a value",
                        List.of("keys", "import", "--workspace", "ws_1", "--scope", "")),
                argumentSet(
                        "no address",
                        "--control: localhost:9193 (expected: http://host:port",
                        List.of("workspaces", "list", "--control", "localhost:9193")),
                argumentSet(
                        "no token file",
                        "/nowhere/token: no such file",
                        List.of("workspaces", "list", "--token-file", "/nowhere/token")),
                argumentSet(
                        "a version out of range",
                        "--version-number: 10 (expected: 1 to 9)",
                        List.of("pepper", "generate", "--version-number", "10")),
                argumentSet(
                        "processes have no result", "unknown option --output", List.of("sidecar", "--output", "json")));
    }

    @Test
    void token_missing_isSaid() {
        Run run = Run.of(Map.of(), "workspaces", "list");

        assertThat(run)
                .isEqualTo(new Run(
                        2,
                        "",
                        "latchkey: no admin token (expected: it in LATCHKEY_TOKEN, or a file with it in"
                                + " --token-file)\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n", "two\nlines", "with space", "ünï"})
    void token_fileWithoutOne_isSaidWithoutItsContent(String content, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), content);

        Run run = Run.of(VARIABLES, "workspaces", "list", "--token-file", file.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("latchkey: " + file + ": ").doesNotContain("lines", "space", "ünï");
    }

    @Test
    void misspelt_suggestsWhatWasMeant() {
        assertThat(Run.of(VARIABLES, "keys", "lst").err()).contains("Did you mean: keys list?");
        assertThat(Run.of(VARIABLES, "keys", "list", "--worksapce", "ws_1").err())
                .startsWith("latchkey: unknown option --worksapce\n")
                .contains("--workspace");
    }

    @ParameterizedTest
    @MethodSource
    void secretOnTheLine_isNotRepeated(String line) {
        Run run = Run.of(VARIABLES, line.split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isNotEmpty().doesNotContain(SECRET.substring(9), TOKEN);
        assertThat(run.out()).isEmpty();
    }

    static Stream<String> secretOnTheLine_isNotRepeated() {
        return Stream.of(
                "keys get " + SECRET,
                "keys revoke " + SECRET,
                "keys get key_1 " + SECRET,
                "keys " + SECRET,
                SECRET,
                "keys list --workspace ws_1 --token " + TOKEN,
                "keys list --workspace ws_1 --token=" + TOKEN,
                "keys list --token=" + TOKEN,
                "--output " + SECRET + " keys list",
                "workspaces list --control http://user:" + TOKEN + "@host:1");
    }

    @Test
    void tokenFile_notUtf8_isUsage(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("token"), "é".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(Run.of(VARIABLES, "workspaces", "list", "--token-file", file.toString()))
                .isEqualTo(new Run(2, "", "latchkey: " + file + ": neither UTF-8 nor UTF-16\n"));
    }

    private static List<String> create(String... more) {
        return Stream.concat(
                        Stream.of("keys", "create", "--workspace=ws_1", "--name=a", "--scope=cases:read"),
                        Stream.of(more))
                .toList();
    }
}
