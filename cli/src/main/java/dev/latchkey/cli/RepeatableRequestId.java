package dev.latchkey.cli;

import picocli.CommandLine.Option;

/** {@code --request-id} of calls that make something: with it they can be repeated, and make it once. */
final class RepeatableRequestId {
    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = {
                "Your own id of this call, best a UUID; kept in the audit trail. Within a day the same command with the same id"
                        + " makes no second key or workspace, but shows the first: for when an answer was lost."
            })
    private String text = "";

    /** Returns the id, empty for none; whether it is one, the control plane judges. */
    String text() {
        return text;
    }
}
