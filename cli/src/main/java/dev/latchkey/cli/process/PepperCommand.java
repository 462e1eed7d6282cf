package dev.latchkey.cli.process;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.key.Peppers;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code latchkey pepper} commands. They need no control plane. */
@Command(name = "pepper", description = "Make the secret under which keys are digested.")
public final class PepperCommand {
    private final Output output;
    private final SecureRandom random = new SecureRandom();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public PepperCommand(Output output) {
        this.output = output;
    }

    @Command(
            name = "generate",
            description = {
                "Print a new pepper, for LATCHKEY_PEPPERS or keys.peppers.",
                "To replace one, give the new one the next version and keep the old one after it in the list."
            })
    int generate(
            @Option(
                            names = "--version-number",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "1 to 9; never one that was used before. Default: 1.")
                    int version) {
        if (version < 1 || version > Peppers.MAX_VERSION) {
            throw CommandFailure.usage(
                    "--version-number: " + version + " (expected: 1 to " + Peppers.MAX_VERSION + ")");
        }
        String pepper = Peppers.generate(version, random);
        output.print(spec, JsonNodeFactory.instance.objectNode().put("pepper", pepper), pepper + "\n");
        return 0;
    }
}
