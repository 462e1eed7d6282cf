package dev.latchkey.cli;

import picocli.CommandLine.Option;

/** {@code --request-id} of calls that may be repeated without one: it is only kept. */
final class AuditedRequestId {
    @Option(names = "--request-id", paramLabel = "ID", description = "Your own id of this call, for the audit trail.")
    private String text = "";

    /** Returns the id, empty for none; whether it is one, the control plane judges. */
    String text() {
        return text;
    }
}
