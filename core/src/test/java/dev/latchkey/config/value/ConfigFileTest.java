package dev.latchkey.config.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.AllSettings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import java.io.IOException;
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

final class ConfigFileTest {
    @TempDir
    Path dir;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void load_fileWithProblems_eachNamedWithItsLine(String row, String yaml, List<String> problems) throws IOException {
        assertThat(refused(yaml)).containsExactlyElementsOf(problems);
    }

    static Stream<Arguments> load_fileWithProblems_eachNamedWithItsLine() {
        return Stream.of(
                row(
                        "an unknown key names the nearest",
                        "keys: {imported: true}",
                        "keys.imported (from F:1): no such setting (nearest: keys.brand)"),
                row(
                        "a misspelt section names the nearest for each of its keys",
                        "\nrediss:\n  uri: redis://h\n  timeout: 1s",
                        "rediss.uri (from F:3): no such setting (nearest: redis.uri)",
                        "rediss.timeout (from F:4): no such setting (nearest: redis.timeout)"),
                row("a name of no section", "foo: {}", "foo (from F:1): no such setting (nearest: policy)"),
                row(
                        "a section with a value",
                        "drain: 3s",
                        "drain (from F:1): a section, no setting (expected: drain.delay, drain.timeout)"),
                row(
                        "a key twice in one mapping",
                        "drain:\n  delay: 3s\n  delay: 4s",
                        "drain.delay (from F:3): given twice, first in line 2 (expected: once)"),
                row(
                        "a key nested and dotted",
                        "drain.delay: 3s\ndrain: {delay: 3s}",
                        "drain.delay (from F:2): given twice, first in line 1 (expected: once)"),
                row(
                        "a section twice",
                        "drain: {delay: 3s}\ndrain: {timeout: 3s}",
                        "drain (from F:2): given twice, first in line 1 (expected: once)"),
                row(
                        "a list where one value belongs",
                        "realm:\n- a",
                        "realm[0] (from F:2): part of a list or mapping (expected: realm as 1 to 64 visible"
                                + " ASCII characters or spaces, without \" and \\)"),
                row("nothing where a value belongs", "policy:", "policy (from F:1): empty (expected: a path)"),
                row("null where a value belongs", "policy: ~", "policy (from F:1): empty (expected: a path)"),
                row("an empty list where a value belongs", "policy: []", "policy (from F:1): empty (expected: a path)"),
                row(
                        "a number is shown as it is written",
                        "authz.max-concurrent: 0x10_0",
                        "authz.max-concurrent (from F:1): 0x10_0 (expected: a whole number from 1 to 1000000)"),
                row(
                        "a policy without a good name, one without a path",
                        "policies:\n  'a.b': x\n  c:",
                        "policies.a.b (from F:2): not a name (expected: a name of 1 to 64 letters, digits, _ and -)",
                        "policies.c (from F:3): empty (expected: a path)"),
                row(
                        "a token with an unknown field",
                        token("user: a, role: operator"),
                        "control.tokens[0].user (from F:2): not known (expected: a list with name, role,"
                                + " workspace and hash of each)",
                        "control.tokens[0] (from F:2): the name is missing or not a name (expected: 1 to 64"
                                + " letters, digits and _.-)"),
                row(
                        "a token with an unknown role",
                        token("name: a, role: admin"),
                        "control.tokens[0].role (from F:2): the role is missing or not known (expected:"
                                + " operator, manager or reader)"),
                row(
                        "tokens as a mapping",
                        "control.tokens: {a: b}",
                        "control.tokens.a (from F:1): not known (expected: a list with name, role, workspace"
                                + " and hash of each)"),
                row(
                        "two tokens of one name and hash",
                        token("name: a, role: operator") + "  - {name: a, role: operator, hash: 'sha256:"
                                + AllSettings.HASH + "'}",
                        "control.tokens[1].name (from F:3): the name is another token's too (expected: each once)",
                        "control.tokens[1].hash (from F:3): the hash is another token's too (expected: each once)"),
                row(
                        "a token with a list of workspaces",
                        token("name: a, role: manager, workspace: [ws_1]"),
                        "control.tokens[0].workspace[0] (from F:2): not known (expected: a list with name,"
                                + " role, workspace and hash of each)",
                        "control.tokens[0] (from F:2): the workspace is missing or not one's id (expected: for"
                                + " a manager or reader the id of their one workspace: 1 to 64 letters, digits, _ and"
                                + " -, not - alone)"),
                row(
                        "an operator with a workspace, a manager and a reader without",
                        token("name: a, role: operator, workspace: ws_1")
                                + "  - {name: b, role: manager, hash: 'sha256:" + "ab".repeat(32) + "'}\n"
                                + "  - {name: c, role: reader, workspace: '-', hash: 'sha256:" + "cd".repeat(32) + "'}",
                        "control.tokens[0].workspace (from F:2): a workspace for an operator, who has them all"
                                + " (expected: none, or the role manager or reader)",
                        "control.tokens[1] (from F:3): the workspace is missing or not one's id (expected: for"
                                + " a manager or reader the id of their one workspace: 1 to 64 letters, digits, _ and"
                                + " -, not - alone)",
                        "control.tokens[2].workspace (from F:4): the workspace is missing or not one's id"
                                + " (expected: for a manager or reader the id of their one workspace: 1 to 64 letters,"
                                + " digits, _ and -, not - alone)"),
                row(
                        "no tokens",
                        "control.tokens: []",
                        "control.tokens (from F:1): empty (expected: name:operator:sha256:<hex> or"
                                + " name:manager:workspace:sha256:<hex> or the same with reader, separated by"
                                + " commas; in the file also a list with name, role, workspace and hash of each)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void load_notReadableAsSettings_oneProblem(String row, String yaml, List<String> problems) throws IOException {
        assertThat(refused("realm: é\"\n" + yaml)).containsExactlyElementsOf(problems);
    }

    static Stream<Arguments> load_notReadableAsSettings_oneProblem() {
        String expected =
                " (expected: key: value, indented with spaces; quotes around a value that starts with one of *&![{%@`)";
        return Stream.of(
                row("a tab", "redis:\n\turi: x", "F:3: not YAML at column 1" + expected),
                row("an unquoted IPv6 address", "ops.listen: [::1]:1", "F:2: not YAML at column 14" + expected),
                row("a list after a mapping", "- a", "F:2: not YAML at column 1" + expected),
                row(
                        "an alias",
                        "policy: *a",
                        "F:2: an alias (expected: the value itself; quotes around a text that starts with *)"),
                row("a second document", "---\nrealm: a", "F:3: a second document (expected: one)"));
    }

    @Test
    void load_textOrListAsWhole_refused() throws IOException {
        assertThat(refused("redis.uri:x")).containsExactly("F:1: a list or a text (expected: a mapping of settings)");
        assertThat(refused("- a")).containsExactly("F:1: a list or a text (expected: a mapping of settings)");
    }

    @Test
    void load_fileMissing_thatAlone() {
        assertThat(problems(Map.of("LATCHKEY_REALM", "\"")))
                .containsExactly("F: no such file (expected: a YAML file of settings)");
    }

    @Test
    void load_fileIsDirectory_thatAlone() throws IOException {
        Files.createDirectory(file());

        assertThat(problems(Map.of())).containsExactly("F: is a directory (expected: a YAML file of settings)");
    }

    @Test
    void load_fileTooBigOrNotUtf8_thatAlone() throws IOException {
        Files.writeString(file(), "#".repeat((1 << 20) + 1));
        assertThat(problems(Map.of())).containsExactly("F: more than 1 MiB (expected: a YAML file of settings)");

        Files.write(file(), new byte[] {'a', ':', (byte) 0xff});
        assertThat(problems(Map.of()))
                .containsExactly("F: neither UTF-8 nor UTF-16 (expected: a YAML file of settings)");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void load_fileThatSetsNothing_defaults(String row, String yaml) throws IOException {
        Files.writeString(file(), yaml);

        assertThatCode(() -> SettingsLoader.load(
                        ProcessKind.SIDECAR, file(), Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS)))
                .doesNotThrowAnyException();
    }

    static Stream<Arguments> load_fileThatSetsNothing_defaults() {
        return Stream.of(
                Arguments.of("empty", ""),
                Arguments.of("a comment", "# realm: a\n"),
                Arguments.of("a document marker", "---\n"),
                Arguments.of("a section whose lines are all comments", "redis:\n  # uri: redis://h\n"),
                Arguments.of("an empty mapping", "{}"));
    }

    private static Arguments row(String name, String yaml, String... problems) {
        return Arguments.of(name, yaml, List.of(problems));
    }

    private static String token(String fields) {
        return "control.tokens:\n  - {" + fields + ", hash: 'sha256:" + AllSettings.HASH + "'}\n";
    }

    private List<String> refused(String yaml) throws IOException {
        Files.writeString(file(), yaml);
        return problems(Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS));
    }

    /** Returns the problems, with F for the path of the file. */
    private List<String> problems(Map<String, String> env) {
        InvalidSettingsException e = catchThrowableOfType(
                InvalidSettingsException.class, () -> SettingsLoader.load(ProcessKind.SIDECAR, file(), env));
        return e.problems().stream().map(p -> p.replace(file().toString(), "F")).toList();
    }

    private Path file() {
        return dir.resolve("latchkey.yaml");
    }
}
