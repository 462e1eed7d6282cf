package dev.latchkey.cli.process;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.config.AdminToken;
import dev.latchkey.config.AdminToken.Role;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code latchkey token} commands. They need no control plane. */
@Command(name = "token", description = "Make the token of somebody who manages keys.")
public final class TokenCommand {
    private static final int BYTES = 32;

    private final Output output;
    private final SecureRandom random = new SecureRandom();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public TokenCommand(Output output) {
        this.output = output;
    }

    @Command(
            name = "generate",
            description = {
                "Print a new admin token on the first line, and its hash on the second; with --name also the entry of"
                        + " control.tokens that is to hold it, on the third.",
                "The token is for its holder (LATCHKEY_TOKEN), hash or entry for the control plane"
                        + " (control.tokens, its file, or LATCHKEY_CONTROL_TOKENS)."
            })
    int generate(
            @Option(names = "--name", paramLabel = "NAME", description = "What the audit trail calls its holder.")
                    @Nullable
                    String name,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            description = {
                                "operator: everything in all workspaces; manager: the keys of one; reader: one,"
                                        + " without changing anything.",
                                "Default: manager with --workspace, else operator."
                            })
                    @Nullable
                    String role,
            @Option(names = "--workspace", paramLabel = "ID", description = "The one workspace of a manager or reader.")
                    @Nullable
                    String workspace) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        String token = TerminalText.TOKEN_PREFIX
                + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String hash = AdminToken.hash(token);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("token", token);
        json.put("hash", hash);
        String text = token + "\n" + hash + "\n";
        if (name != null) {
            String setting = setting(token, name, role, workspace);
            json.put("setting", setting);
            text += setting + "\n";
        } else if (role != null || workspace != null) {
            throw CommandFailure.usage("a role or a workspace without a name (expected: --name as well)");
        }
        output.print(spec, json, text);
        return 0;
    }

    private static String setting(String token, String name, @Nullable String role, @Nullable String workspace) {
        Role wanted = role == null
                ? (workspace == null ? Role.OPERATOR : Role.MANAGER)
                : Role.of(role)
                        .orElseThrow(() -> CommandFailure.usage(
                                "--role: " + TerminalText.line(role) + " (expected: operator, manager or reader)"));
        try {
            return AdminToken.of(name, wanted, workspace == null ? "" : workspace, token)
                    .setting();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--name, --role, --workspace: " + e.getMessage());
        }
    }
}
