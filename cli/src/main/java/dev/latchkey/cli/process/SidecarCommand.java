package dev.latchkey.cli.process;

import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.server.Sidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The {@code latchkey sidecar} command. */
@Command(
        name = "sidecar",
        description = {
            "Run the sidecar, which Envoy asks about each request.",
            "Stops on SIGTERM or Ctrl-C, after the checks under way are answered."
        })
public final class SidecarCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings (latchkey.yaml). LATCHKEY_ variables win over them.")
    private @Nullable Path config;

    public SidecarCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        Startup startup = Startup.load(ProcessKind.SIDECAR, config, surroundings.variables());
        surroundings.termination().catchSignals();
        try (Sidecar sidecar = start(startup)) {
            surroundings.termination().await();
            sidecar.drain();
        }
        return 0;
    }

    private static Sidecar start(Startup startup) {
        try {
            return Sidecar.start(startup.settings(), startup.policies());
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }
}
