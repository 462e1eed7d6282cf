package dev.latchkey.cli.client;

import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options for the address of the control plane and the caller's credentials. A token is never an argument, because
 * arguments are visible to all users of the machine.
 */
public final class ControlOptions {
    static final String ADDRESS_VARIABLE = "LATCHKEY_CONTROL";
    static final String TOKEN_VARIABLE = "LATCHKEY_TOKEN";

    // The names differ from LATCHKEY_CONTROL_TLS_…, which are settings of the control plane itself.
    static final String CA_VARIABLE = "LATCHKEY_TLS_CA_FILE";
    static final String CERTIFICATE_VARIABLE = "LATCHKEY_TLS_CERT_FILE";
    static final String KEY_VARIABLE = "LATCHKEY_TLS_KEY_FILE";

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

    @Option(
            names = "--tls-ca-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = {
                "For https, the certificates (PEM) of the CAs that may have signed the control plane's.",
                "Default: " + CA_VARIABLE + ", or else those the JDK trusts."
            })
    private @Nullable Path caFile;

    @Option(
            names = "--tls-cert-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = {
                "For a control plane that wants a client certificate: yours and its chain (PEM).",
                "Default: " + CERTIFICATE_VARIABLE + "."
            })
    private @Nullable Path certificateFile;

    @Option(
            names = "--tls-key-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The key of --tls-cert-file (PEM, PKCS #8, not encrypted). Default: " + KEY_VARIABLE + ".")
    private @Nullable Path keyFile;

    public ControlOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Returns a client that has not connected yet.
     *
     * @throws CommandFailure if the address, the token or a TLS file is missing or invalid
     */
    public ControlClient client() {
        ControlAddress to = address();
        return new ControlClient(to, tls(to), token(), surroundings.callTimeout());
    }

    private ControlTls tls(ControlAddress to) {
        ControlTls tls = new ControlTls(
                file(caFile, CA_VARIABLE), file(certificateFile, CERTIFICATE_VARIABLE), file(keyFile, KEY_VARIABLE));
        if (tls.certificate().isPresent() != tls.key().isPresent()) {
            throw CommandFailure.usage("--tls-cert-file, --tls-key-file: only one is given (expected: both or none)");
        }
        // Only options are checked: variables may be set permanently, but users who give an option expect TLS.
        if (!to.tls() && (caFile != null || certificateFile != null || keyFile != null)) {
            throw CommandFailure.usage(
                    "files for TLS are given, but " + to + " is plain text (expected: https:// in --control)");
        }
        return tls;
    }

    private Optional<Path> file(@Nullable Path option, String variable) {
        if (option != null) {
            return Optional.of(option);
        }
        String path = variable(variable);
        try {
            return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
        } catch (InvalidPathException e) {
            throw CommandFailure.usage(variable + ": " + TerminalText.line(path) + " (expected: a path)");
        }
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
