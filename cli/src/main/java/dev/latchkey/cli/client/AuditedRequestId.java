package dev.latchkey.cli.client;

import picocli.CommandLine.Option;

/** {@code --request-id} of calls that may be repeated without one: it is only kept. */
public final class AuditedRequestId {
    @Option(names = "--request-id", paramLabel = "ID", description = "Your own id of this call, for the audit trail.")
    private String text = "";

    /** Returns the id, empty for none; whether it is one, the control plane judges. */
    public String text() {
        return text;
    }
}
