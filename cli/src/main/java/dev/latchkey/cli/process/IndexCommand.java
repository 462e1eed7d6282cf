package dev.latchkey.cli.process;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.RebuildIndexRequest;
import dev.latchkey.v1.RebuildIndexResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code latchkey index} commands. */
@Command(name = "index", description = "Rebuild the index that sidecars read.")
public final class IndexCommand {
    @Mixin
    private final ControlOptions control;

    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public IndexCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    /** Calls the control plane until the whole index has been compared. */
    @Command(
            name = "rebuild",
            description = {
                "Compare the whole index with the ledger and mend it, revoked keys first.",
                "For when Redis has lost writes; a control plane does so by itself, slower, each day and after"
                        + " outages.",
                "Progress on standard error. Should it fail or be stopped, run it again."
            })
    int rebuild() {
        int compared = 0;
        int mended = 0;
        String token = "";
        try (ControlClient client = control.client()) {
            do {
                RebuildIndexRequest request =
                        RebuildIndexRequest.newBuilder().setPageToken(token).build();
                RebuildIndexResponse part = client.index(stub -> stub.rebuildIndex(request));
                compared += part.getCompared();
                mended += part.getMended();
                token = part.getNextPageToken();
                if (!token.isEmpty()) {
                    spec.commandLine()
                            .getErr()
                            .println(
                                    TerminalText.count(compared, "record") + " compared so far, " + mended + " mended");
                }
            } while (!token.isEmpty());
        }
        output.print(
                spec,
                RebuildIndexResponse.newBuilder()
                        .setCompared(compared)
                        .setMended(mended)
                        .build(),
                new TextTable()
                        .row("compared", TerminalText.count(compared, "record"))
                        .row("mended", TerminalText.count(mended, "record"))
                        .toString());
        return 0;
    }
}
