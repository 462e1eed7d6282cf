package dev.latchkey.cli.demo;

import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.output.CommandFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code latchkey demo} command. */
@Command(
        name = "demo",
        description = {
            "Run everything on this machine: a real Redis, sidecar, control plane, sample upstreams and a real Envoy.",
            "Prints a curl line for each answer, then waits for Ctrl-C and leaves nothing running."
        })
public final class DemoCommand implements Callable<Integer> {
    /** The system property for the folder of the installation, which the launcher sets. */
    private static final String HOME = "latchkey.home";

    private static final int MAX_PORT = 65_535;
    /** The maximum time from the end of a child process to the arrival of the same Ctrl-C at the demo itself. */
    private static final long CTRL_C_MILLIS = 500;

    private final Surroundings surroundings;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "10000",
            description = "Envoy's port, or the next free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "Write keys and addresses there, as export lines, once all is ready.")
    private @Nullable Path envFile;

    public DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port < 1 || port > MAX_PORT) {
            throw CommandFailure.usage("--port: " + port + " (expected: 1 to " + MAX_PORT + ")");
        }
        checkWritable();
        surroundings.termination().catchSignals();
        String failure;
        try (Demo demo = new Demo(home(), port, spec().commandLine().getErr())) {
            show(DemoText.of(demo));
            if (envFile != null) {
                PrivateFiles.replace(envFile, DemoText.env(demo.variables()));
            }
            var unused = demo.failure().thenRun(surroundings.termination()::request);
            surroundings.termination().await();
            failure = demo.failure().getNow("");
            // Ctrl-C might reach a child process before this process. The end of the child is then no failure.
            if (!failure.isEmpty() && surroundings.termination().signalled(CTRL_C_MILLIS)) {
                failure = "";
            }
        } catch (IOException e) {
            throw CommandFailure.refused("the demo cannot run: " + e.getMessage());
        }
        if (!failure.isEmpty()) {
            throw CommandFailure.refused("the demo has ended, since " + failure);
        }
        return 0;
    }

    /** Fails before the start, which takes several seconds, if the env file cannot be written. */
    private void checkWritable() {
        if (envFile == null) {
            return;
        }
        Path folder = envFile.toAbsolutePath().getParent();
        if (folder == null || !Files.isWritable(folder) || Files.isDirectory(envFile)) {
            throw CommandFailure.usage(
                    "--env-file: " + envFile + " (expected: a file in a folder that can be written)");
        }
    }

    private void show(String text) {
        PrintWriter out = spec().commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return spec;
    }

    private static Path home() {
        Path home = Path.of(System.getProperty(HOME, "."));
        if (!Files.exists(home.resolve("envoy/envoy.yaml"))) {
            throw CommandFailure.usage("no envoy/envoy.yaml in " + home.toAbsolutePath()
                    + " (expected: the demo is run by the" + " launcher of a checkout, ./latchkey demo)");
        }
        return home;
    }
}
