package dev.latchkey.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * The names under which it is kept that a key was made, so that its string is taken once and stays revoked once it was: its
 * digest under each pepper that is configured, and a hash that needs no pepper, so that it is known again when its pepper is gone.
 *
 * <p>Only keys with a checksum have that hash: the 190 random bits in them cannot be found by trying. Other strings might be
 * guessed, and a hash without a secret would tell whoever reads Redis that a guess was right; they are known by their digests alone.
 */
public final class KeyClaims {
    /** In place of a pepper's version. */
    private static final String WITHOUT_PEPPER = "0.";

    private static final byte[] DOMAIN = "latchkey:claim:v1\0".getBytes(StandardCharsets.US_ASCII);

    private KeyClaims() {}

    /** Returns the names of {@code key}'s claims: without a pepper first, then the lowest version of a pepper. */
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
