package dev.latchkey.cli.audit;

import dev.latchkey.cli.client.ControlOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code latchkey audit}. */
@Command(name = "audit", description = "Show who changed what in a workspace.")
public final class AuditCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // the commands under it use it
    private final ControlOptions control;

    public AuditCommand(ControlOptions control) {
        this.control = control;
    }
}
