package dev.latchkey.cli.keys.imports;

import dev.latchkey.cli.client.AuditedRequestId;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.output.Causes;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.v1.ImportKeysRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code latchkey keys import} command. */
@Command(
        name = "import",
        description = {
            "Take over API keys that exist already: one on each line, or a JSON object with secret, name, scopes,"
                    + " lifetime, expire_time.",
            "Good lines are imported, wrong ones named by number. Keys that are there already stay as they are,"
                    + " revoked ones too, so running it again is safe."
        })
public final class KeysImportCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";
    private static final Duration TELL_TERMINAL = Duration.ofSeconds(1);
    private static final Duration TELL_LOG = Duration.ofSeconds(10);

    private final ControlOptions control;
    private final SecretInput input;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--workspace",
            required = true,
            paramLabel = "ID",
            description = "The workspace that is to own the keys.")
    private String workspace = "";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "What the keys may do that bring no scopes of their own; repeat for each scope.")
    private List<String> scopes = new ArrayList<>();

    @ArgGroup
    private Source source = new Source();

    @Mixin
    private final AuditedRequestId requestId = new AuditedRequestId();

    /** The source of the keys: a file, or standard input, which is the default and may also be given as {@code -}. */
    private static final class Source {
        @Option(
                names = "--file",
                required = true,
                paramLabel = "FILE",
                description = "The keys; - (the default) is standard input. Blank lines and lines that start with #"
                        + " are passed over.")
        private String file = STANDARD_INPUT;

        @Parameters(
                paramLabel = STANDARD_INPUT,
                arity = "0..1",
                converter = DashConverter.class,
                description = "The same as --file -.")
        @SuppressWarnings("UnusedVariable") // its only value means the default
        private @Nullable String dash;
    }

    /**
     * A converter that rejects every argument except {@code -}. The message does not repeat the argument, because it
     * might be a key of any form.
     */
    private static final class DashConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.equals(STANDARD_INPUT)) {
                throw new TypeConversionException("(not shown) (expected: - for standard input, or --file FILE)");
            }
            return text;
        }
    }

    public KeysImportCommand(ControlOptions control, SecretInput input, Output output) {
        this.control = control;
        this.input = input;
        this.output = output;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        ImportReport report =
                new ImportReport(err, (input.isTerminal() ? TELL_TERMINAL : TELL_LOG).toNanos(), System::nanoTime);
        try (Interruption interruption = new Interruption(err, report);
                InputStream stream = open(err);
                ControlClient client = control.client();
                ImportRun run = new ImportRun(client, template(), report)) {
            interruption.watch();
            run.send(new ImportLines(stream));
        } catch (CommandFailure failure) {
            report.end();
            throw failure.after(howFar(report, failure.status()));
        } catch (IOException e) {
            throw CommandFailure.usage(name() + ": " + problem(e) + howFar(report, CommandFailure.USAGE));
        }
        report.end();
        output.print(spec, report.json(), report.summary() + "\n");
        return report.allGood() ? 0 : CommandFailure.REFUSED;
    }

    private ImportKeysRequest template() {
        return ImportKeysRequest.newBuilder()
                .setWorkspace(workspace)
                .addAllScopes(scopes)
                .setRequestId(requestId.text())
                .build();
    }

    /**
     * Returns a description of the progress, to append to a failure. Before the first result, a refused call has
     * imported nothing and the description is empty; but if no response arrived, keys might have been imported.
     */
    private static String howFar(ImportReport report, int status) {
        String safe = "Running it again is safe: it doubles nothing.";
        if (report.lastLine() > 0) {
            return "\nUp to line " + report.lastLine() + ": " + report.summary()
                    + ". Of what follows some may be imported. " + safe;
        }
        return status == CommandFailure.UNREACHABLE ? "\n" + safe : "";
    }

    /**
     * A shutdown hook that reports the progress on Ctrl-C and SIGTERM, because the keys imported so far stay imported.
     */
    private static final class Interruption implements AutoCloseable {
        private final Thread hook;

        Interruption(PrintWriter err, ImportReport report) {
            hook = new Thread(
                    () -> {
                        err.println("latchkey: stopped."
                                + howFar(report, CommandFailure.UNREACHABLE).replace('\n', ' '));
                        err.flush();
                    },
                    "latchkey-import-interruption");
        }

        void watch() {
            Runtime.getRuntime().addShutdownHook(hook);
        }

        @Override
        public void close() {
            try {
                var unused = Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The shutdown is already in progress.
            }
        }
    }

    private InputStream open(PrintWriter err) throws IOException {
        String file = source.file;
        if (file.equals(STANDARD_INPUT)) {
            if (input.isTerminal()) {
                err.println("Type or paste the keys, one on each line, and then Ctrl-D; or give --file.");
            }
            return input.stream();
        }
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new IOException("is a directory");
        }
        InputStream stream = Files.newInputStream(path);
        if (isReadByOthers(path)) {
            err.println("warning: everybody on this machine can read " + file + ", which holds keys");
        }
        return stream;
    }

    private static boolean isReadByOthers(Path path) throws IOException {
        try {
            return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
        } catch (UnsupportedOperationException e) {
            return false;
        }
    }

    private String name() {
        return source.file.equals(STANDARD_INPUT) ? "standard input" : source.file;
    }

    private static String problem(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        return e instanceof AccessDeniedException ? "permission denied" : "cannot be read: " + Causes.reason(e);
    }
}
