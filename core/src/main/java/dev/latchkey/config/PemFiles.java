package dev.latchkey.config;

import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Settings that are paths of PEM files (RFC 7468). The file is looked into, and its content is not kept. */
final class PemFiles {
    static final Form<Path> CERTIFICATES =
            Form.Scalar.located("the path of a readable file with certificates in PEM form", PemFiles::certificates);
    static final Form<Path> KEY = Form.Scalar.located(
            "the path of a readable file with a private key in PEM form, PKCS #8, not encrypted", PemFiles::key);

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private PemFiles() {}

    private static Path certificates(Given given) {
        Path path = given.file().path();
        try (InputStream in = Files.newInputStream(path)) {
            if (CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
                throw new IllegalArgumentException("no certificate");
            }
            return path;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("not readable", e);
        }
    }

    private static Path key(Given given) {
        Path path = given.file().path();
        try {
            Matcher key = PRIVATE_KEY.matcher(TextFile.read(path));
            if (key.find() && isKey(Base64.getMimeDecoder().decode(key.group(1)))) {
                return path;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not readable", e);
        }
        throw new IllegalArgumentException("no key");
    }

    private static boolean isKey(byte[] encoded) {
        return ALGORITHMS.stream().anyMatch(algorithm -> {
            try {
                KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
                return true;
            } catch (GeneralSecurityException e) {
                return false;
            }
        });
    }
}
