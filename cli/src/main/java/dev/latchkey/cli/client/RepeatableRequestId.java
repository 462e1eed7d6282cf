package dev.latchkey.cli.client;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.TerminalText;
import java.util.UUID;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code --request-id} of calls that make something: with it they can be repeated, and make it once. */
public final class RepeatableRequestId {
    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = {
                "Your own id of this call, best a UUID; kept in the audit trail. Within a day the same command with the same id"
                        + " makes no second key or workspace, but shows the first: for when an answer was lost.",
                "Default: one is made up, and told if the call fails in a way that leaves it open whether it was done."
            })
    private String text = "";

    /** Returns the id, one made up if none is given; whether it is one, the control plane judges. */
    public String text() {
        if (text.isEmpty()) {
            text = UUID.randomUUID().toString();
        }
        return text;
    }

    /** Returns what {@code call} returns. If it fails and may have been done, the failure says how to repeat it. */
    public <T> T repeatable(Supplier<T> call) {
        try {
            return call.get();
        } catch (CommandFailure e) {
            throw e.isUncertain()
                    ? e.after("\nIf it may have been done, repeat the same command with --request-id "
                            + TerminalText.line(text())
                            + " within a day: that makes nothing twice, and tells what there is.")
                    : e;
        }
    }
}
