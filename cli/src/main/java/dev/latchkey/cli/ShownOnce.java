package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.v1.Key;
import picocli.CommandLine.Model.CommandSpec;

/** Prints a new key with its secret, which nobody can see again. */
final class ShownOnce {
    private ShownOnce() {}

    /** Prints the key that an earlier call with the same id has made, and says what that means. */
    static int printRepeated(CommandSpec spec, Output output, Key key) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("key", KeyView.json(key));
        json.put("repeated", true);
        output.print(spec, json, KeyView.sheet(key).toString());
        spec.commandLine()
                .getErr()
                .println(
                        "This call was made before, so no other key was made: this is the key of then. Its secret was in that"
                                + " answer and is not shown again; if it is lost: latchkey keys rotate " + key.getId()
                                + " --overlap 0s");
        return 0;
    }

    static int print(CommandSpec spec, Output output, Key key, String secret) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("key", KeyView.json(key));
        json.put("secret", secret);
        TextTable sheet = KeyView.sheet(key).row("secret", secret);
        try {
            output.print(spec, json, sheet.toString());
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
