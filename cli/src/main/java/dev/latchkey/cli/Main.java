package dev.latchkey.cli;

import dev.latchkey.cli.demo.DemoCommand;
import dev.latchkey.cli.demo.UpstreamCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** The {@code latchkey} command. Every command of it is made here. */
@Command(
        name = "latchkey",
        description = "API-key authorization for any backend behind Envoy.",
        versionProvider = VersionProvider.class)
public final class Main {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final int HELP_WIDTH = 100;
    /** The commands that run until told to stop, and so have no result to print. */
    private static final Set<String> PROCESSES = Set.of("sidecar", "control", "demo", "demo-upstream");

    @Mixin
    private final Output output = new Output();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    private Main() {}

    /** Runs a command and ends the process with its exit status. */
    public static void main(String[] args) {
        Termination termination = Termination.ofProcess();
        Surroundings surroundings =
                new Surroundings(System.getenv(), termination, CALL_TIMEOUT, SecretInput.ofProcess());
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int status = run(surroundings, out, err, args);
        out.flush();
        err.flush();
        termination.finished(status);
        System.exit(status);
    }

    /** Runs a command, prints to {@code out} and {@code err}, and returns the exit status. */
    static int run(Surroundings surroundings, PrintWriter out, PrintWriter err, String... args) {
        try {
            return commandLine(surroundings).setOut(out).setErr(err).execute(args);
        } catch (Error e) {
            // picocli reports exceptions only.
            return new FailureReport(surroundings.variables()).handle(e, err);
        }
    }

    private static CommandLine commandLine(Surroundings surroundings) {
        Main main = new Main();
        ControlOptions keyOptions = new ControlOptions(surroundings);
        ControlOptions workspaceOptions = new ControlOptions(surroundings);
        ControlOptions auditOptions = new ControlOptions(surroundings);
        ControlOptions explainOptions = new ControlOptions(surroundings);
        CommandLine root = new CommandLine(main)
                .addSubcommand(new SidecarCommand(surroundings))
                .addSubcommand(new ControlCommand(surroundings))
                .addSubcommand(new CommandLine(new KeysCommand(keyOptions, surroundings.input(), main.output))
                        .addSubcommand(new KeysCreateCommand(keyOptions, main.output))
                        .addSubcommand(new KeysListCommand(keyOptions, main.output))
                        .addSubcommand(new KeysImportCommand(keyOptions, surroundings.input(), main.output))
                        .addSubcommand(new KeysUpdateCommand(keyOptions, main.output))
                        .addSubcommand(new KeysRotateCommand(keyOptions, main.output)))
                .addSubcommand(new CommandLine(new WorkspacesCommand(workspaceOptions, main.output))
                        .addSubcommand(
                                new WorkspacesRevokeAllCommand(workspaceOptions, surroundings.input(), main.output)))
                .addSubcommand(new CommandLine(new AuditCommand(auditOptions))
                        .addSubcommand(new AuditListCommand(auditOptions, main.output)))
                .addSubcommand(new ExplainCommand(explainOptions, surroundings.input(), main.output))
                .addSubcommand(new PolicyCommand(main.output))
                .addSubcommand(new PepperCommand(main.output))
                .addSubcommand(new TokenCommand(main.output))
                .addSubcommand(new DemoCommand(surroundings))
                .addSubcommand(new UpstreamCommand(surroundings));
        root.getSubcommands().forEach((name, command) -> {
            if (PROCESSES.contains(name)) {
                withoutOutput(command.getCommandSpec());
            }
        });
        document(root);
        FailureReport report = new FailureReport(surroundings.variables());
        // A name may begin with @.
        return root.setExpandAtFiles(false)
                .setParameterExceptionHandler(report)
                .setExecutionExceptionHandler(report)
                .setExecutionStrategy(Main::execute);
    }

    private static int execute(ParseResult parsed) {
        // gRPC and the JDK's HTTP server log by java.util.logging: nothing that who runs a short command could use.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        if (parsed.hasSubcommand()
                && PROCESSES.contains(parsed.subcommand().commandSpec().name())) {
            SLF4JBridgeHandler.install();
        }
        return new RunLast().execute(parsed);
    }

    private static void withoutOutput(CommandSpec process) {
        process.remove(process.findOption(Output.OPTION));
    }

    private static void document(CommandLine command) {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("0", "done");
        statuses.put("1", "refused, not found, denied, or problems found");
        statuses.put("2", "wrong usage or configuration, or a file that cannot be read");
        statuses.put("3", "the control plane cannot be reached");
        command.getCommandSpec()
                .usageMessage()
                .width(HELP_WIDTH)
                .sortOptions(false)
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(statuses);
        command.getSubcommands().values().forEach(Main::document);
    }

    /** JSON is UTF-8 whatever the locale is. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8),
                /* autoFlush= */ true);
    }
}
