package dev.latchkey.cli;

import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where the control plane is, and as whom to talk to it. A token is never an argument: arguments are public on a machine. */
final class ControlOptions {
    static final String ADDRESS_VARIABLE = "LATCHKEY_CONTROL";
    static final String TOKEN_VARIABLE = "LATCHKEY_TOKEN";

    private static final String DEFAULT_ADDRESS = "http://127.0.0.1:9193";
    private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]+");

    private final Surroundings surroundings;

    @Option(
            names = "--control",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = {
                "Where the control plane is.",
                "Default: " + ADDRESS_VARIABLE + ", or else " + DEFAULT_ADDRESS
            })
    private @Nullable String address;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A file that holds your admin token. Default: the token in " + TOKEN_VARIABLE + ".")
    private @Nullable Path tokenFile;

    ControlOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Returns a client, not connected yet.
     *
     * @throws CommandFailure if the address or the token is missing or wrong
     */
    ControlClient client() {
        return new ControlClient(address(), token(), surroundings.callTimeout());
    }

    private ControlAddress address() {
        if (address != null) {
            return ControlAddress.parse(address, "--control");
        }
        String variable = variable(ADDRESS_VARIABLE);
        return variable.isEmpty()
                ? ControlAddress.parse(DEFAULT_ADDRESS, "default")
                : ControlAddress.parse(variable, ADDRESS_VARIABLE);
    }

    private String token() {
        String origin = tokenFile == null ? TOKEN_VARIABLE : tokenFile.toString();
        String token = tokenFile == null ? variable(TOKEN_VARIABLE) : read(tokenFile);
        if (token.isEmpty()) {
            throw CommandFailure.usage(
                    tokenFile == null
                            ? "no admin token (expected: it in " + TOKEN_VARIABLE
                                    + ", or a file with it in --token-file)"
                            : origin + ": empty (expected: an admin token)");
        }
        if (!VISIBLE_ASCII.matcher(token).matches()) {
            throw CommandFailure.usage(origin + ": not a token (expected: visible ASCII characters, on one line)");
        }
        return token;
    }

    private String variable(String name) {
        return surroundings.variables().getOrDefault(name, "").strip();
    }

    private static String read(Path file) {
        try {
            return TextFile.read(file).strip();
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }
}
