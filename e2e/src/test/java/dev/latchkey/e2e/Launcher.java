package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the launcher tells a JVM, by the launcher's own function; with this test's class path instead of a build's. */
public final class Launcher {
    private static final String SET_LINE = """
            eval "$(sed -n '/^set_line()/,/^}/p' "$1/latchkey")"
            home=$1 run=cli/src/main/jvm jdk=$2 release=$3
            set_line "$4"
            printf '%s\\n' "${line[@]}"
            """;

    private Launcher() {}

    /**
     * Returns the command line of {@code command} without its arguments.
     *
     * @param variables of which {@code LATCHKEY_JAVA_OPTS} counts
     */
    public static List<String> line(Map<String, String> variables, String command) {
        ProcessBuilder bash = new ProcessBuilder(
                "bash",
                "-euc",
                SET_LINE,
                "bash",
                World.HOME.toString(),
                System.getProperty("java.home"),
                Integer.toString(Runtime.version().feature()),
                command);
        bash.environment().put("LATCHKEY_JAVA_OPTS", variables.getOrDefault("LATCHKEY_JAVA_OPTS", ""));
        Shell.Outcome outcome = Shell.run(bash);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        List<String> line = outcome.output().lines().toList();
        assertThat(line.get(0))
                .isEqualTo(Path.of(System.getProperty("java.home"), "bin/java").toString());
        String jar = World.HOME.resolve("cli/src/main/jvm/latchkey-cli.jar").toString();
        assertThat(line).contains(jar);
        return line.stream()
                .map(word -> word.equals(jar) ? System.getProperty("java.class.path") : word)
                .toList();
    }
}
