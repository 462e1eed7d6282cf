package dev.latchkey.cli.client;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.TerminalText;
import java.util.UUID;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/**
 * The {@code --request-id} option of calls that create a key or a workspace. Calls that are repeated with the same id
 * create it only once.
 */
public final class RepeatableRequestId {
    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = {
                "Your own id of this call, best a UUID; kept in the audit trail. Within a day the same command"
                        + " with the same id makes no second key or workspace, but shows the first: for when an answer"
                        + " was lost.",
                "Default: one is made up, and told if the call fails in a way that leaves it open whether it was done."
            })
    private String text = "";

    /** Returns the id, generated if none is given. The control plane validates it. */
    public String text() {
        if (text.isEmpty()) {
            text = UUID.randomUUID().toString();
        }
        return text;
    }

    /**
     * Returns the result of {@code call}. If the call fails but might have taken effect, the failure tells how to
     * repeat the call.
     */
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
