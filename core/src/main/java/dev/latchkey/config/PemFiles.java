package dev.latchkey.config;

import dev.latchkey.config.value.Form;
import dev.latchkey.config.value.RawValue;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The forms of settings whose values are paths of PEM files (RFC 7468). Parsing a setting also parses its file, but
 * keeps only the path.
 */
public final class PemFiles {
    static final Form<Path> CERTIFICATES =
            Form.Scalar.located("the path of a readable file with certificates in PEM form", PemFiles::certificates);
    static final Form<Path> KEY = Form.Scalar.located(
            "the path of a readable file with a private key in PEM form, PKCS #8, not encrypted", PemFiles::key);

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private PemFiles() {}

    private static Path certificates(RawValue given) {
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

    /**
     * Returns whether {@code key} is the private key of the first certificate in {@code certificates}. The caller has
     * read both files before; a file that has become unreadable yields false.
     */
    public static boolean belongTogether(Path certificates, Path key) {
        try (InputStream in = Files.newInputStream(certificates)) {
            PublicKey open = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey();
            return privateKey(TextFile.read(key))
                    .filter(secret -> areOne(secret, open))
                    .isPresent();
        } catch (IOException | GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean areOne(PrivateKey key, PublicKey open) {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> "EdDSA";
                    });
            // The keys belong together if the public key verifies a signature that the private key made, of
            // an empty message.
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Path key(RawValue given) {
        Path path = given.file().path();
        try {
            if (privateKey(TextFile.read(path)).isPresent()) {
                return path;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not readable", e);
        }
        throw new IllegalArgumentException("no key");
    }

    private static Optional<PrivateKey> privateKey(String pem) {
        Matcher key = PRIVATE_KEY.matcher(pem);
        if (!key.find()) {
            return Optional.empty();
        }
        byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
        return ALGORITHMS.stream()
                .map(algorithm -> decode(algorithm, encoded))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<PrivateKey> decode(String algorithm, byte[] encoded) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }
}
