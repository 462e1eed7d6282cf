package dev.latchkey.redis;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of a TLS connection. Each connection reads them again, so that a renewed file requires no restart.
 *
 * @param ca the certificates of the CAs that can sign the certificate of Redis; null for the CAs that the JDK trusts
 * @param certificate the certificate of this process with its chain, for a Redis that requires one; null for none
 * @param key the private key of {@code certificate}, PKCS #8 and not encrypted; null if and only if the
 *     certificate is null
 */
public record TlsFiles(
        @Nullable Path ca,
        @Nullable Path certificate,
        @Nullable Path key) {
    public static final TlsFiles NONE = new TlsFiles(null, null, null);

    public TlsFiles {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key are given together or not at all");
        }
    }
}
