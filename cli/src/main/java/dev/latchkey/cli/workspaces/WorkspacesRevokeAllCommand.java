package dev.latchkey.cli.workspaces;

import dev.latchkey.cli.client.AuditedRequestId;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.RevokeAllKeysRequest;
import dev.latchkey.v1.RevokeAllKeysResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code latchkey workspaces revoke-all} command, which repeats the call until all keys are revoked. */
@Command(
        name = "revoke-all",
        description = {
            "Revoke all keys of a workspace for good.",
            "When the command returns, none of them is accepted any more. Should it fail, run it again: it goes on.",
            "Keys that are made meanwhile may be left; to keep them out, deactivate the workspace first."
        })
public final class WorkspacesRevokeAllCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final SecretInput input;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "The workspace.")
    private String workspace = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why, for the audit trail: up to 200 characters.")
    private String reason = "";

    @Option(names = "--yes", description = "Do not ask whether it is meant.")
    private boolean meant;

    @Mixin
    private final AuditedRequestId requestId = new AuditedRequestId();

    public WorkspacesRevokeAllCommand(ControlOptions control, SecretInput input, Output output) {
        this.control = control;
        this.input = input;
        this.output = output;
    }

    @Override
    public Integer call() {
        if (!meant && !input.confirms("Revoke all keys of workspace " + TerminalText.line(workspace) + " for good?")) {
            throw CommandFailure.usage(
                    "not confirmed, so nothing was done (expected: yes, or --yes where nobody is" + " asked)");
        }
        int revoked = revokeAll();
        output.print(
                spec,
                RevokeAllKeysResponse.newBuilder()
                        .setRevoked(revoked)
                        .setDone(true)
                        .build(),
                new TextTable()
                        .row("workspace", workspace)
                        .row("revoked", TerminalText.count(revoked, "key"))
                        .toString());
        return 0;
    }

    private int revokeAll() {
        RevokeAllKeysRequest request = RevokeAllKeysRequest.newBuilder()
                .setWorkspace(workspace)
                .setReason(reason)
                .setRequestId(requestId.text())
                .build();
        int revoked = 0;
        try (ControlClient client = control.client()) {
            while (true) {
                RevokeAllKeysResponse part = client.keys(stub -> stub.revokeAllKeys(request));
                revoked += part.getRevoked();
                if (part.getDone()) {
                    return revoked;
                }
                spec.commandLine().getErr().println(TerminalText.count(revoked, "key") + " revoked so far");
            }
        }
    }
}
