package dev.latchkey.cli.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.file.InvalidPolicyException;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code latchkey policy} commands. They need no control plane. */
@Command(name = "policy", description = "Check and show policy files.")
public final class PolicyCommand {
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public PolicyCommand(Output output) {
        this.output = output;
    }

    @Command(
            name = "check",
            description = "Report every problem in a policy file, with its line; and warn of rules that match nothing.")
    int check(@Parameters(paramLabel = "FILE", description = "The policy file.") Path file) {
        String yaml = read(file);
        try {
            Policy policy = Policy.parse(yaml, file.toString());
            int scopes = policy.scopes().size();
            int rules = policy.routes().size();
            List<String> warnings = policy.warnings();
            PrintWriter err = spec.commandLine().getErr();
            if (output.isTable()) {
                warnings.forEach(warning -> err.println(TerminalText.line("warning: " + file + ": " + warning)));
            }
            output.print(
                    spec,
                    result(file, scopes, rules, List.of(), warnings),
                    TerminalText.line(file + ": ok, " + TerminalText.count(scopes, "scope") + ", "
                                    + TerminalText.count(rules, "rule"))
                            + "\n");
            return 0;
        } catch (InvalidPolicyException e) {
            if (output.isTable()) {
                throw refused(e);
            }
            // In JSON, the problems are the result of the command, so standard error stays empty.
            output.print(spec, result(file, 0, 0, e.problems(), List.of()), "");
            return CommandFailure.REFUSED;
        }
    }

    @Command(
            name = "show",
            description = {
                "Show a policy as it is understood: the rules, the more specific first, and the scopes.",
                "A key's environment must be the rule's; \"route\" is what the Envoy route says, or else live."
            })
    int show(@Parameters(paramLabel = "FILE", description = "The policy file.") Path file) {
        try {
            Policy policy = Policy.parse(read(file), file.toString());
            output.print(spec, PolicyView.json(policy), PolicyView.text(policy));
            return 0;
        } catch (InvalidPolicyException e) {
            throw refused(e);
        }
    }

    private static CommandFailure refused(InvalidPolicyException e) {
        return CommandFailure.refused(
                CommandFailure.report(TerminalText.count(e.problems().size(), "problem"), e.problems()));
    }

    private static String read(Path file) {
        try {
            return TextFile.read(file);
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode result(Path file, int scopes, int rules, List<String> problems, List<String> warnings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", file.toString());
        json.put("scopes", scopes);
        json.put("rules", rules);
        ArrayNode array = json.putArray("problems");
        problems.forEach(array::add);
        warnings.forEach(json.putArray("warnings")::add);
        return json;
    }
}
