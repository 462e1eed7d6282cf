package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.config.AdminToken;
import java.security.SecureRandom;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code latchkey token}: needs no control plane. */
@Command(name = "token", description = "Make the token of somebody who manages keys.")
final class TokenCommand {
    /** So that people, and scanners for leaked secrets, see what it is. */
    static final String PREFIX = "latchkey_admin_";

    private static final int BYTES = 32;

    private final Output output;
    private final SecureRandom random = new SecureRandom();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    TokenCommand(Output output) {
        this.output = output;
    }

    @Command(
            name = "generate",
            description = {
                "Print a new admin token on the first line, and its hash on the second.",
                "The token is for its holder (LATCHKEY_TOKEN), the hash for the control plane (control.tokens, or"
                        + " name:operator:<hash> in LATCHKEY_CONTROL_TOKENS)."
            })
    int generate() {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String hash = AdminToken.hash(token);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("token", token);
        json.put("hash", hash);
        output.print(spec, json, token + "\n" + hash + "\n");
        return 0;
    }
}
