package dev.latchkey.cli.process;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.FailureReport;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.decision.Policies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration that a process needs before it can start. */
record Startup(Settings settings, Policies policies) {
    private static final String LOG_LEVEL = "LATCHKEY_LOG_LEVEL";
    private static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
    /** Variables of the command line and its launcher. The settings loader does not know these variables. */
    private static final Set<String> OWN_VARIABLES = Set.of(LOG_LEVEL, FailureReport.DEBUG, "LATCHKEY_JAVA_OPTS");

    private static final Logger log = LoggerFactory.getLogger(Startup.class);

    /**
     * Reads the settings and the policy files that the settings name.
     *
     * @param config the settings file; null for none
     * @throws CommandFailure with every problem of the settings, the policy files and the log level
     */
    static Startup load(ProcessKind process, @Nullable Path config, Map<String, String> variables) {
        List<String> problems = new ArrayList<>();
        checkLogLevel(variables, problems);
        PolicyFiles policies = new PolicyFiles();
        SettingsLoader.Loaded loaded = null;
        try {
            loaded = SettingsLoader.load(process, config, variables, policies::read);
        } catch (InvalidSettingsException e) {
            problems.addAll(e.problems());
        }
        if (loaded == null || !problems.isEmpty()) {
            String heading = TerminalText.count(problems.size(), "problem") + " in the settings";
            throw CommandFailure.usage(CommandFailure.report(heading, problems));
        }
        List<String> unknown = loaded.unknownVariables().stream()
                .filter(variable -> !OWN_VARIABLES.contains(variable))
                .toList();
        if (!unknown.isEmpty()) {
            // One line for all variables, because Kubernetes sets eight for each service.
            log.warn("not settings, ignored: {}", String.join(", ", unknown));
        }
        loaded.settings().warnings().forEach(warning -> log.warn("{}", warning));
        return new Startup(loaded.settings(), policies.policies());
    }

    /** Reports an unknown log level as a problem. Logback would silently use DEBUG instead. */
    private static void checkLogLevel(Map<String, String> variables, List<String> problems) {
        String level = variables.getOrDefault(LOG_LEVEL, "INFO");
        if (!level.isEmpty() && LEVELS.stream().noneMatch(level::equalsIgnoreCase)) {
            problems.add(LOG_LEVEL + ": " + TerminalText.line(level) + " (expected: one of " + String.join(", ", LEVELS)
                    + ")");
        }
    }
}
