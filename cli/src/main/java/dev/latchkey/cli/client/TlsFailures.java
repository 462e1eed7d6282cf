package dev.latchkey.cli.client;

import dev.latchkey.cli.output.Causes;
import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** The translation of TLS failures into messages that say why there is no connection and how to fix it. */
final class TlsFailures {
    // Netty's server sends the alert "internal error" for a certificate that its trust manager rejects.
    private static final Pattern CLIENT_REFUSED = Pattern.compile(
            "(?i)certificate.?required|bad.?certificate|unknown.?ca|certificate.?unknown|alert.?internal.?error");
    private static final Pattern CLOSED = Pattern.compile("(?i)closed|reset|broken pipe");
    private static final String CA =
            " (expected: a file with its CA in --tls-ca-file or " + ControlOptions.CA_VARIABLE + ")";

    private TlsFailures() {}

    /** Returns the meaning of {@code failure}; empty if the failure is not related to TLS. */
    static Optional<String> explain(Throwable failure, ControlAddress address) {
        if (has(failure, NotSslRecordException.class)) {
            return Optional.of(
                    "it does not speak TLS (expected: http:// in its address, or the other way round TLS there)");
        }
        if (has(failure, CertificateExpiredException.class)) {
            return Optional.of("its certificate has expired");
        }
        if (has(failure, CertPathBuilderException.class) || has(failure, CertPathValidatorException.class)) {
            return Optional.of("no trusted CA has signed its certificate" + CA);
        }
        if (has(failure, CertificateException.class)) {
            return Optional.of("its certificate is not for " + address.host());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (CLIENT_REFUSED.matcher(String.valueOf(cause.getMessage())).find()) {
                return Optional.of(
                        "it does not take this client without a client certificate of its CA (expected: yours in"
                                + " --tls-cert-file and --tls-key-file)");
            }
        }
        return has(failure, SSLException.class) ? Optional.of(Causes.reason(failure)) : Optional.empty();
    }

    /**
     * Returns advice for a plain-text connection that was closed for {@code reason}; empty if the connection uses TLS
     * or failed for another reason.
     */
    static Optional<String> advice(String reason, ControlAddress address) {
        return !address.tls() && CLOSED.matcher(reason).find()
                ? Optional.of(" (does it speak TLS there? then https:// is expected in --control or "
                        + ControlOptions.ADDRESS_VARIABLE + ")")
                : Optional.empty();
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        return chain(failure).anyMatch(type::isInstance);
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }
}
