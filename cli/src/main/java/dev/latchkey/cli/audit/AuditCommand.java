package dev.latchkey.cli.audit;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import dev.latchkey.cli.client.ControlOptions;

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
