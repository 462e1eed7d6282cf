package dev.latchkey.control.api;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import dev.latchkey.config.PemFiles;
import dev.latchkey.config.Settings;
import dev.latchkey.log.TroubleLog;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that the control plane presents and, if clients must present certificates, the CAs that must have
 * signed these. {@link #look} reloads the files: a renewed certificate applies from the next connection on. While a
 * file is missing or invalid, the previous certificates stay in use, and {@link #problem} returns the reason.
 *
 * <p>This class is thread-safe. After construction, only {@link #look} reads files.
 */
public final class ServerCertificates implements TlsProvider {
    private static final Logger log = LoggerFactory.getLogger(ServerCertificates.class);
    private static final String PART = "certificates";

    private final Settings.ServerTls files;
    private final TroubleLog trouble;
    private volatile Read read;
    private volatile Optional<String> problem = Optional.empty();

    private record Read(TlsKeyPair own, List<X509Certificate> clientCas) {}

    /**
     * @param nanos {@code System::nanoTime}
     * @throws IOException if a file has changed since the settings were checked, and can no longer be read
     */
    public ServerCertificates(Settings.ServerTls files, LongSupplier nanos) throws IOException {
        this.files = files;
        this.trouble = new TroubleLog(nanos);
        this.read = read(files);
    }

    @Override
    public TlsKeyPair keyPair(String hostname) {
        return read.own();
    }

    @Override
    public List<X509Certificate> trustedCertificates(String hostname) {
        return read.clientCas();
    }

    /** Returns why the certificates in use are not those in the files, for people; empty if they are the same. */
    public Optional<String> problem() {
        return problem;
    }

    /** Reloads the files. If they cannot be read, the previous certificates stay in use. */
    public synchronized void look() {
        try {
            Read now = read(files);
            if (!now.equals(read)) {
                read = now;
                log.info("the certificates of control.listen are renewed");
            }
            problem = Optional.empty();
            trouble.right(PART, "the certificates of control.listen can be read again");
        } catch (IOException e) {
            String what = "the certificates before hold on, since they cannot be read again: " + e.getMessage();
            problem = Optional.of(what);
            trouble.wrong(PART, what);
        }
    }

    /** Configures the server to present the certificate and, if CAs are configured, to require client certificates. */
    void applyTo(ServerBuilder server) {
        ClientAuth clients = files.ca().isPresent() ? ClientAuth.REQUIRE : ClientAuth.NONE;
        server.tlsProvider(this, ServerTlsConfig.builder().clientAuth(clients).build());
    }

    private static Read read(Settings.ServerTls files) throws IOException {
        try {
            if (!PemFiles.belongTogether(files.certificate(), files.key())) {
                throw new IOException("the key of another certificate");
            }
            TlsKeyPair own =
                    TlsKeyPair.of(files.key().toFile(), files.certificate().toFile());
            return new Read(
                    own, files.ca().isPresent() ? certificates(files.ca().get()) : List.of());
        } catch (IllegalArgumentException | IOException | GeneralSecurityException e) {
            // The cause is dropped: its message might quote the file.
            throw new IOException("expected in " + files.certificate() + " certificates, in " + files.key()
                    + " the key of the first one"
                    + files.ca().map(ca -> ", in " + ca + " certificates").orElse(""));
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(Certificate.class::cast)
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new IOException("no certificate");
            }
            return found;
        }
    }
}
