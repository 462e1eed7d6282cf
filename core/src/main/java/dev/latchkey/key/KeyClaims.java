package dev.latchkey.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * The names of the claims of a key. A claim records that a key was created, so that the same key string is accepted
 * only once and stays revoked after a revocation. A key has one claim for its digest under each configured pepper, and
 * one for a hash without a pepper, so that the key is recognized even after its pepper is gone.
 *
 * <p>Only keys with a checksum have the hash without a pepper: their 190 random bits cannot be found by trial. Other
 * key strings might be guessable, and a hash without a secret would let anyone who can read Redis confirm a guess. Such
 * keys are recognized by their digests alone.
 */
public final class KeyClaims {
    /** The prefix of the claim without a pepper, in place of the version of a pepper. */
    private static final String WITHOUT_PEPPER = "0.";

    private static final byte[] DOMAIN = "latchkey:claim:v1\0".getBytes(StandardCharsets.US_ASCII);

    private KeyClaims() {}

    /**
     * Returns the claim names of {@code key}: the one without a pepper first, then one for each digest in ascending
     * order of pepper versions.
     */
    public static List<String> of(PresentedKey key, List<KeyDigest> digests) {
        List<String> claims = new ArrayList<>();
        if (key.isMinted()) {
            claims.add(WITHOUT_PEPPER + hash(key));
        }
        digests.stream()
                .sorted(Comparator.comparing(KeyDigest::pepperVersion))
                .map(KeyDigest::text)
                .forEach(claims::add);
        return claims;
    }

    private static String hash(PresentedKey key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(DOMAIN);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256.digest(key.ascii()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
