package dev.latchkey.key;

import dev.latchkey.text.EntryList;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The peppers: the secrets under which keys are digested, newest first. The first pepper digests new keys, and a
 * look-up tries all peppers. Peppers are written as {@code 2:<base64>,1:<base64>} or one per line (see
 * {@link EntryList}). Each pepper has at least 32 bytes.
 *
 * <p>This class is thread-safe. Computing a digest takes no lock, because each thread has {@link Mac}
 * instances of its own.
 */
public final class Peppers {
    /** The highest version. The lowest is 1. */
    public static final int MAX_VERSION = 9;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int MIN_BYTES = 32;
    private static final byte[] KEY_DOMAIN = "latchkey:key:v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHECK_DOMAIN = "latchkey:pepper-check:v1".getBytes(StandardCharsets.US_ASCII);

    private final List<Pepper> peppers;
    private final ThreadLocal<Mac[]> macs = ThreadLocal.withInitial(this::newMacs);

    private Peppers(List<Pepper> peppers) {
        this.peppers = List.copyOf(peppers);
    }

    /**
     * Parses peppers in their written form.
     *
     * @throws IllegalArgumentException if {@code text} is malformed; the message says which entry is wrong and why, and
     *     contains no part of a secret
     */
    public static Peppers parse(String text) {
        List<EntryList.Entry> entries = EntryList.of(text);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("no entry (expected: <1-9>:<base64>)");
        }
        List<Pepper> peppers = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Pepper pepper = parseEntry(entries.get(i).text(), "entry " + (i + 1) + " of " + entries.size());
            if (peppers.stream().anyMatch(p -> p.version == pepper.version)) {
                throw new IllegalArgumentException(
                        "version " + pepper.version + " appears twice (expected: each once)");
            }
            peppers.add(pepper);
        }
        return new Peppers(peppers);
    }

    /** Returns a new random pepper of 32 bytes in the written form. */
    public static String generate(int version, SecureRandom random) {
        byte[] secret = new byte[MIN_BYTES];
        random.nextBytes(secret);
        return version + ":" + Base64.getEncoder().encodeToString(secret);
    }

    /** Returns the digest of {@code key} under the newest pepper. */
    public KeyDigest newest(PresentedKey key) {
        return digest(0, key);
    }

    /** Returns the digest of {@code key} under each pepper, newest first. Never empty. */
    public List<KeyDigest> all(PresentedKey key) {
        if (peppers.size() == 1) {
            return List.of(digest(0, key));
        }
        List<KeyDigest> digests = new ArrayList<>(peppers.size());
        for (int i = 0; i < peppers.size(); i++) {
            digests.add(digest(i, key));
        }
        return digests;
    }

    /** Returns the versions of the peppers, newest first. */
    public List<Integer> versions() {
        return peppers.stream().map(p -> p.version).toList();
    }

    /**
     * Returns the check value of a pepper: an HMAC of a constant. The control plane publishes it so that other
     * processes can verify that their pepper of this version is the same.
     *
     * @throws IllegalArgumentException if there is no pepper of this version
     */
    public String check(int version) {
        for (int i = 0; i < peppers.size(); i++) {
            if (peppers.get(i).version == version) {
                return encode(macs.get()[i].doFinal(CHECK_DOMAIN));
            }
        }
        throw new IllegalArgumentException("version: " + version + " (expected: one of " + versions() + ")");
    }

    private KeyDigest digest(int index, PresentedKey key) {
        Mac mac = macs.get()[index];
        mac.update(KEY_DOMAIN);
        return new KeyDigest(peppers.get(index).version, mac.doFinal(key.ascii()));
    }

    private static Pepper parseEntry(String entry, String where) {
        boolean versioned =
                entry.length() > 2 && entry.charAt(0) >= '1' && entry.charAt(0) <= '9' && entry.charAt(1) == ':';
        if (!versioned) {
            throw new IllegalArgumentException(where + " has no version (expected: <1-9>:<base64>)");
        }
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(entry.substring(2));
        } catch (IllegalArgumentException e) {
            // The message of the decoder quotes the input, which is a secret, and is therefore not passed on.
            throw new IllegalArgumentException(where + " is not base64 with padding (expected: <1-9>:<base64>)");
        }
        if (secret.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    where + " has " + secret.length + " bytes (expected: at least " + MIN_BYTES + ")");
        }
        return new Pepper(entry.charAt(0) - '0', new SecretKeySpec(secret, ALGORITHM));
    }

    private Mac[] newMacs() {
        try {
            Mac[] result = new Mac[peppers.size()];
            for (int i = 0; i < result.length; i++) {
                result[i] = Mac.getInstance(ALGORITHM);
                result[i].init(peppers.get(i).secret);
            }
            return result;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns only the versions, and no secret. */
    @Override
    public String toString() {
        return "Peppers" + versions();
    }

    private record Pepper(int version, SecretKeySpec secret) {}
}
