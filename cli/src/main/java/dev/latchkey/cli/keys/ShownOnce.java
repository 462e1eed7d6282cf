package dev.latchkey.cli.keys;

import com.google.protobuf.Message;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.Key;
import picocli.CommandLine.Model.CommandSpec;

/** The output for a new key. Its secret is shown once and cannot be retrieved later. */
final class ShownOnce {
    private ShownOnce() {}

    /**
     * Prints {@code key} of {@code answer}, which an earlier call with the same request id created, and explains that
     * its secret is not shown again. Returns the exit status.
     */
    static int printRepeated(CommandSpec spec, Output output, Message answer, Key key) {
        output.print(spec, answer, KeyTable.sheet(key).toString());
        spec.commandLine()
                .getErr()
                .println("This call was made before, so no other key was made: this is the key of then. Its"
                        + " secret was in that answer and is not shown again; "
                        + (key.getAnswerUnconfirmed()
                                ? "whether it arrived is not known, and the key was not used yet"
                                : "the key was used or ended since")
                        + ". If it is lost: latchkey keys rotate " + key.getId()
                        + " --overlap 0s, or latchkey keys revoke "
                        + key.getId());
        return 0;
    }

    /**
     * Prints {@code key} and {@code secret} of {@code answer}. Returns the exit status.
     *
     * @throws CommandFailure if standard output cannot be written, so that the secret is lost
     */
    static int print(CommandSpec spec, Output output, Message answer, Key key, String secret) {
        TextTable sheet = KeyTable.sheet(key).row("secret", secret);
        try {
            output.print(spec, answer, sheet.toString());
        } catch (CommandFailure e) {
            throw CommandFailure.refused(
                    e.getMessage() + ": the secret is lost. Revoke " + key.getId() + " and create another");
        }
        if (output.isTable()) {
            spec.commandLine().getErr().println("Store the secret now: it is not shown again.");
        }
        return 0;
    }
}
