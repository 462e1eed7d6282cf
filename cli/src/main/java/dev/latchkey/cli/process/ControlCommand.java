package dev.latchkey.cli.process;

import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The {@code latchkey control} command. */
@Command(
        name = "control",
        description = {
            "Run the control plane, which creates and revokes keys.",
            "Stops on SIGTERM or Ctrl-C, after the calls under way are answered."
        })
public final class ControlCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings (latchkey.yaml). LATCHKEY_ variables win over them.")
    private @Nullable Path config;

    public ControlCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        Startup startup = Startup.load(ProcessKind.CONTROL, config, surroundings.variables());
        surroundings.termination().catchSignals();
        ControlPlane control = start(startup);
        try {
            var unused =
                    control.refusal().thenRun(() -> surroundings.termination().request());
            surroundings.termination().await();
        } finally {
            control.close();
        }
        if (control.refusal().isDone()) {
            throw CommandFailure.usage(control.refusal().join());
        }
        return 0;
    }

    private static ControlPlane start(Startup startup) {
        try {
            return ControlPlane.start(startup.settings(), startup.policies());
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }
}
