package dev.latchkey.cli.keys;

import dev.latchkey.cli.client.AuditedRequestId;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.output.DurationConverter;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.PurgeKeysRequest;
import dev.latchkey.v1.PurgeKeysResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The {@code latchkey keys purge} command. Each call purges for some seconds; the command repeats the call until no
 * matching key is left.
 */
@Command(
        name = "purge",
        description = {
            "Take away the records of keys that were revoked or have expired, before keys.retention does.",
            "The audit trail keeps what was done to them. Can be run again after any failure."
        })
public final class KeysPurgeCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--workspace", required = true, paramLabel = "W", description = "The workspace.")
    private String workspace = "";

    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            defaultValue = "30d",
            converter = DurationConverter.class,
            description = "Only keys that ended longer ago than this, such as 12h or 30d; 0s: all. Default: 30d.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration olderThan;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail: up to 200 characters.")
    private String reason = "";

    @Mixin
    private final AuditedRequestId requestId = new AuditedRequestId();

    public KeysPurgeCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        int purged = purge();
        output.print(
                spec,
                PurgeKeysResponse.newBuilder().setPurged(purged).setDone(true).build(),
                new TextTable()
                        .row("workspace", workspace)
                        .row("purged", TerminalText.count(purged, "key"))
                        .toString());
        return 0;
    }

    private int purge() {
        PurgeKeysRequest request = PurgeKeysRequest.newBuilder()
                .setWorkspace(workspace)
                .setOlderThan(ProtoValues.duration(olderThan))
                .setReason(reason)
                .setRequestId(requestId.text())
                .build();
        int purged = 0;
        try (ControlClient client = control.client()) {
            while (true) {
                PurgeKeysResponse part = client.keys(stub -> stub.purgeKeys(request));
                purged += part.getPurged();
                if (part.getDone()) {
                    return purged;
                }
                spec.commandLine().getErr().println(TerminalText.count(purged, "key") + " purged so far");
            }
        }
    }
}
