package dev.latchkey.cli;

import dev.latchkey.cli.audit.AuditCommand;
import dev.latchkey.cli.audit.AuditListCommand;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.demo.DemoCommand;
import dev.latchkey.cli.demo.TrainingCommand;
import dev.latchkey.cli.demo.backend.UpstreamCommand;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import dev.latchkey.cli.keys.KeysCommand;
import dev.latchkey.cli.keys.KeysCreateCommand;
import dev.latchkey.cli.keys.KeysListCommand;
import dev.latchkey.cli.keys.KeysPurgeCommand;
import dev.latchkey.cli.keys.KeysRotateCommand;
import dev.latchkey.cli.keys.KeysUpdateCommand;
import dev.latchkey.cli.keys.imports.KeysImportCommand;
import dev.latchkey.cli.output.FailureReport;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.policy.ExplainCommand;
import dev.latchkey.cli.policy.PolicyCommand;
import dev.latchkey.cli.process.ControlCommand;
import dev.latchkey.cli.process.IndexCommand;
import dev.latchkey.cli.process.LogQueue;
import dev.latchkey.cli.process.LoggedStream;
import dev.latchkey.cli.process.PepperCommand;
import dev.latchkey.cli.process.SidecarCommand;
import dev.latchkey.cli.process.TokenCommand;
import dev.latchkey.cli.workspaces.WorkspacesCommand;
import dev.latchkey.cli.workspaces.WorkspacesRevokeAllCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** The {@code latchkey} command. This class creates all subcommands. */
@Command(
        name = "latchkey",
        description = "API-key authorization for any backend behind Envoy.",
        versionProvider = VersionProvider.class)
public final class Main {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final int HELP_WIDTH = 100;
    /** The only option that may be empty: a missing reason must not prevent a revoke. */
    private static final String REASON = "--reason";

    /** The commands that run as long-lived processes and have no result to print. */
    private static final Set<String> PROCESSES = Set.of("sidecar", "control", "demo", "demo-upstream", "train");

    @Mixin
    private final Output output = new Output();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // evaluated by picocli
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // evaluated by picocli
    private boolean version;

    private Main() {}

    /** Runs a command and ends the process with the command's exit status. */
    public static void main(String[] args) {
        Termination termination = Termination.ofProcess();
        Surroundings surroundings =
                new Surroundings(System.getenv(), termination, CALL_TIMEOUT, SecretInput.ofProcess());
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int status = run(surroundings, out, err, args);
        out.flush();
        err.flush();
        LogQueue.drainAll();
        // If a signal has begun the shutdown, its hook halts the process with this status, and exit() never returns.
        termination.finished(status);
        System.exit(status);
    }

    /** Runs a command, prints to {@code out} and {@code err}, and returns the exit status. */
    public static int run(Surroundings surroundings, PrintWriter out, PrintWriter err, String... args) {
        try {
            return commandLine(surroundings, args).setOut(out).setErr(err).execute(args);
        } catch (Error e) {
            // picocli reports exceptions, but not errors.
            return new FailureReport(surroundings.variables()).handle(e, err);
        }
    }

    private static CommandLine commandLine(Surroundings surroundings, String[] args) {
        Main main = new Main();
        CommandLine root = new CommandLine(main);
        Map<String, Supplier<Object>> commands = main.commands(surroundings);
        // picocli inspects commands by reflection. To create all of them takes longer than most commands run, so only
        // the command that is called is created.
        boolean known = args.length > 0 && commands.containsKey(args[0]);
        commands.forEach((name, command) -> {
            if (!known || name.equals(args[0])) {
                root.addSubcommand(name, command.get());
            }
        });
        root.getSubcommands().forEach((name, command) -> {
            if (PROCESSES.contains(name)) {
                withoutOutput(command.getCommandSpec());
            }
        });
        document(root);
        FailureReport report = new FailureReport(surroundings.variables());
        // An argument such as a name may begin with @, which picocli would otherwise expand as a file.
        return root.setExpandAtFiles(false)
                .setParameterExceptionHandler(report)
                .setExecutionExceptionHandler(report)
                .setExecutionStrategy(Main::execute);
    }

    private Map<String, Supplier<Object>> commands(Surroundings surroundings) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("sidecar", () -> new SidecarCommand(surroundings));
        commands.put("control", () -> new ControlCommand(surroundings));
        commands.put("keys", () -> keys(surroundings));
        commands.put("workspaces", () -> workspaces(surroundings));
        commands.put("audit", () -> audit(surroundings));
        commands.put("index", () -> new IndexCommand(new ControlOptions(surroundings), output));
        commands.put(
                "explain", () -> new ExplainCommand(new ControlOptions(surroundings), surroundings.input(), output));
        commands.put("policy", () -> new PolicyCommand(output));
        commands.put("pepper", () -> new PepperCommand(output));
        commands.put("token", () -> new TokenCommand(output));
        commands.put("demo", () -> new DemoCommand(surroundings));
        commands.put("demo-upstream", () -> new UpstreamCommand(surroundings));
        commands.put("train", TrainingCommand::new);
        return commands;
    }

    private CommandLine keys(Surroundings surroundings) {
        ControlOptions options = new ControlOptions(surroundings);
        return new CommandLine(new KeysCommand(options, surroundings.input(), output))
                .addSubcommand(new KeysCreateCommand(options, output))
                .addSubcommand(new KeysListCommand(options, output))
                .addSubcommand(new KeysImportCommand(options, surroundings.input(), output))
                .addSubcommand(new KeysUpdateCommand(options, output))
                .addSubcommand(new KeysRotateCommand(options, output))
                .addSubcommand(new KeysPurgeCommand(options, output));
    }

    private CommandLine workspaces(Surroundings surroundings) {
        ControlOptions options = new ControlOptions(surroundings);
        return new CommandLine(new WorkspacesCommand(options, output))
                .addSubcommand(new WorkspacesRevokeAllCommand(options, surroundings.input(), output));
    }

    private CommandLine audit(Surroundings surroundings) {
        ControlOptions options = new ControlOptions(surroundings);
        return new CommandLine(new AuditCommand(options)).addSubcommand(new AuditListCommand(options, output));
    }

    private static int execute(ParseResult parsed) {
        // gRPC and the JDK's HTTP server log through java.util.logging, which is of no use to users of short commands.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        if (parsed.hasSubcommand()
                && PROCESSES.contains(parsed.subcommand().commandSpec().name())) {
            SLF4JBridgeHandler.install();
            LoggedStream.replaceStandardError();
            Thread.setDefaultUncaughtExceptionHandler(
                    (thread, death) -> log().error("thread {} has died", thread.getName(), death));
        }
        requireValues(parsed);
        return new RunLast().execute(parsed);
    }

    /**
     * Rejects empty option values. An unset variable in a script results in an empty value, which must mean neither the
     * default nor everything.
     */
    private static void requireValues(ParseResult parsed) {
        for (OptionSpec option : parsed.matchedOptions()) {
            if (option.originalStringValues().contains("")
                    && !option.longestName().equals(REASON)) {
                throw new ParameterException(
                        parsed.commandSpec().commandLine(),
                        option.longestName() + ": empty (expected: a value, or the option left out)");
            }
        }
        if (parsed.hasSubcommand()) {
            requireValues(parsed.subcommand());
        }
    }

    /** Returns the logger. It is not a field, because short commands log nothing and need not wait for a log. */
    private static Logger log() {
        return LoggerFactory.getLogger(Main.class);
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

    /** Returns a writer that uses UTF-8 whatever the locale is, because JSON is UTF-8. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8),
                /* autoFlush= */ true);
    }
}
