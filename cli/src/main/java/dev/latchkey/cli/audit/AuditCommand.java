package dev.latchkey.cli.audit;

import dev.latchkey.cli.client.ControlOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The parent of the {@code latchkey audit} commands. */
@Command(name = "audit", description = "Show who changed what in a workspace.")
public final class AuditCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // its options are inherited by the subcommands
    private final ControlOptions control;

    public AuditCommand(ControlOptions control) {
        this.control = control;
    }
}
