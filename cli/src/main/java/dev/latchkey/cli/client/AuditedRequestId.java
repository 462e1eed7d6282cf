package dev.latchkey.cli.client;

import picocli.CommandLine.Option;

/**
 * The {@code --request-id} option of calls that are safe to repeat without an id. The id is for the audit trail only.
 */
public final class AuditedRequestId {
    @Option(names = "--request-id", paramLabel = "ID", description = "Your own id of this call, for the audit trail.")
    private String text = "";

    /** Returns the id, empty for none. The control plane validates it. */
    public String text() {
        return text;
    }
}
