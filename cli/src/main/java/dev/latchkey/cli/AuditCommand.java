package dev.latchkey.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code latchkey audit}. */
@Command(name = "audit", description = "Show who changed what in a workspace.")
final class AuditCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // the commands under it use it
    private final ControlOptions control;

    AuditCommand(ControlOptions control) {
        this.control = control;
    }
}
