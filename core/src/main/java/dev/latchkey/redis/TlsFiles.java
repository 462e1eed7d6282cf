package dev.latchkey.redis;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files in PEM form for a connection over TLS; read again for each connection, so that a renewed one needs no restart.
 *
 * @param ca the certificates of whoever may sign Redis' certificate; null for those that the JDK trusts
 * @param certificate this process' own, with its chain, for a Redis that wants one; null for none
 * @param key of {@code certificate}, PKCS #8 and not encrypted; null exactly if that is
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
