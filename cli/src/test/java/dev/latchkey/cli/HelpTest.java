package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
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

    @Test
    void version_isThatOfTheBuild() {
        Run run = Run.of(Map.of(), "--version");

        assertThat(run.status()).isZero();
        assertThat(run.out()).matches("latchkey [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n");
    }
}
