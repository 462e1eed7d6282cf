package dev.latchkey.key;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The raw text of a well-formed key. It is a secret, which must stay in memory only as long as one check or one answer
 * takes. {@link #toString} does not reveal the key. Compare the digests of keys, and not instances of this class.
 */
public final class PresentedKey {
    private static final int START_LENGTH = 13;

    private final byte[] ascii;
    private final int prefixLength;
    private final Environment environment;

    PresentedKey(byte[] ascii, int prefixLength, Environment environment) {
        this.ascii = ascii;
        this.prefixLength = prefixLength;
        this.environment = environment;
    }

    public Environment environment() {
        return environment;
    }

    /** Returns the first 13 characters, by which people recognize a key, for example {@code opt_live_vZ8a}. */
    public String start() {
        return new String(ascii, 0, Math.min(START_LENGTH, ascii.length), StandardCharsets.US_ASCII);
    }

    /** Returns the secret itself, for the only answer that shows it. */
    public String reveal() {
        return new String(ascii, StandardCharsets.US_ASCII);
    }

    /** Returns whether the key has the form of a minted key, with a checksum. */
    boolean isMinted() {
        return ascii.length - prefixLength == KeyFormat.MINTED_LENGTH;
    }

    byte[] ascii() {
        return ascii;
    }

    /** Returns only the public prefix. */
    @Override
    public String toString() {
        return new String(Arrays.copyOf(ascii, prefixLength), StandardCharsets.US_ASCII) + "…";
    }
}
