package dev.latchkey.cli.client;

import dev.latchkey.cli.output.CommandFailure;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The PEM files for a control plane that uses TLS.
 *
 * @param ca the certificates of the CAs that may sign the control plane's certificate; empty to trust the JDK's CAs
 * @param certificate the certificate of this client, with its chain; empty for none
 * @param key the private key of {@code certificate}, PKCS #8 and not encrypted; empty exactly if {@code certificate} is
 */
record ControlTls(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
    static final ControlTls NONE = new ControlTls(Optional.empty(), Optional.empty(), Optional.empty());

    /** @throws CommandFailure if a file cannot be read or does not have the expected content */
    void applyTo(NettyChannelBuilder channel) {
        ca.ifPresent(file -> require(file, "certificates in PEM form"));
        certificate.ifPresent(file -> require(file, "a certificate in PEM form"));
        key.ifPresent(file -> require(file, "a private key in PEM form"));
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            ca.map(Path::toFile).ifPresent(builder::trustManager);
            if (certificate.isPresent() && key.isPresent()) {
                builder.keyManager(certificate.get().toFile(), key.get().toFile());
            }
            channel.sslContext(builder.build());
        } catch (SSLException | IllegalArgumentException e) {
            // The message of the exception might quote the file, so it is not shown.
            throw CommandFailure.usage("not all that the files for TLS hold can be used (expected in " + shown(ca)
                    + " certificates, in " + shown(certificate) + " a certificate, in " + shown(key)
                    + " its private key, PKCS #8 and not encrypted; all in PEM form)");
        }
    }

    private static void require(Path file, String expected) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw CommandFailure.usage(file + ": cannot be read (expected: " + expected + ")");
        }
    }

    private static String shown(Optional<Path> file) {
        return file.map(Path::toString).orElse("(not given)");
    }
}
