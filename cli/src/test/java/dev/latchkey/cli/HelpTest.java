package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    /** Of every command that asks the control plane: the README has a paragraph for them. */
    private static final Set<String> OPTIONS_OF_ALL = Set.of(
            "--help", "--output", "--control", "--token-file", "--tls-ca-file", "--tls-cert-file", "--tls-key-file");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sidecar",
                "control",
                "demo",
                "keys",
                "keys create",
                "keys list",
                "keys import",
                "keys get",
                "keys find",
                "keys revoke",
                "keys rotate",
                "keys update",
                "workspaces",
                "workspaces create",
                "workspaces activate",
                "workspaces deactivate",
                "workspaces list",
                "workspaces get",
                "workspaces revoke-all",
                "explain",
                "policy",
                "policy check",
                "policy show",
                "pepper",
                "pepper generate",
                "token",
                "token generate"
            })
    void help_eachCommand_namesItsOptionsAndTheExitStatuses(String command) {
        List<String> line = new ArrayList<>(command.isEmpty() ? List.of() : List.of(command.split(" ")));
        line.add("--help");

        Run run = Run.of(Map.of(), line.toArray(String[]::new));

        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith(("Usage: latchkey " + command).stripTrailing() + " ")
                .contains("--help", "Exit status:\n  0   done\n")
                .doesNotContain("null", "@|");
    }

    /** In the README a command's options are on its line, or after its {@code ·}. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys create",
                "keys list",
                "keys import",
                "keys get",
                "keys find",
                "keys revoke",
                "keys rotate",
                "keys update",
                "workspaces create",
                "workspaces activate",
                "workspaces deactivate",
                "workspaces list",
                "workspaces get",
                "workspaces revoke-all",
                "audit list",
                "explain"
            })
    void readme_eachCommand_hasTheOptionsOfItsHelp(String command) throws IOException {
        String line = command + " --help";

        Set<String> helped = options(Run.of(Map.of(), line.split(" ")).out());
        helped.removeAll(OPTIONS_OF_ALL);

        assertThat(options(inReadme(command))).isEqualTo(helped);
    }

    private static String inReadme(String command) throws IOException {
        return Files.readString(Path.of("../README.md"))
                .transform(text -> text.substring(text.indexOf("## Commands"), text.indexOf("`--help` explains each")))
                .lines()
                .map(line -> line.replaceFirst("^latchkey ", "· "))
                .collect(Collectors.joining(" "))
                .transform(text -> Stream.of(text.split("· ")))
                .filter(part -> part.startsWith(command + " "))
                .collect(Collectors.joining());
    }

    private static Set<String> options(String text) {
        return Pattern.compile("(?<![\\w-])--[a-z-]+")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void version_isThatOfTheBuild() {
        Run run = Run.of(Map.of(), "--version");

        assertThat(run.status()).isZero();
        assertThat(run.out()).matches("latchkey [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n");
    }
}
