package dev.latchkey.key;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of a key in the index: the version of the pepper, a dot, and the HMAC-SHA-256 of the key in base64url
 * without padding ({@code 1.vZ8…}). Without the pepper, a digest reveals nothing about the key. A digest must
 * nevertheless not be logged, because it identifies the key.
 *
 * <p>The digest is stored in primitive fields and not as text, because there is one instance for each cached key and
 * each check compares some of them.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class KeyDigest {
    /** The length of the HMAC in base64url, in characters. */
    private static final int TEXT_LENGTH = 43;

    private final byte pepperVersion;
    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    /** @param hmac the 32 bytes of the HMAC */
    KeyDigest(int pepperVersion, byte[] hmac) {
        ByteBuffer bytes = ByteBuffer.wrap(hmac);
        this.pepperVersion = (byte) pepperVersion;
        this.first = bytes.getLong();
        this.second = bytes.getLong();
        this.third = bytes.getLong();
        this.fourth = bytes.getLong();
    }

    /** Parses the form that {@link #text} returns. Empty if {@code text} is not exactly the text of a digest. */
    public static Optional<KeyDigest> read(String text) {
        boolean versioned = text.length() == 2 + TEXT_LENGTH
                && text.charAt(0) >= '1'
                && text.charAt(0) <= '9'
                && text.charAt(1) == '.';
        if (!versioned) {
            return Optional.empty();
        }
        try {
            KeyDigest digest =
                    new KeyDigest(text.charAt(0) - '0', Base64.getUrlDecoder().decode(text.substring(2)));
            // Several texts decode to the same bytes, because the last base64url character has unused bits. Only one of
            // these texts is valid.
            return digest.text().equals(text) ? Optional.of(digest) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Parses the form that {@link #text} returns.
     *
     * @throws IllegalArgumentException if {@code text} is not the text of a digest; the message contains no
     *     part of {@code text}
     */
    public static KeyDigest of(String text) {
        return read(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("no digest (expected: <1-9>.<43 characters of base64url>)"));
    }

    /** Returns the name as it appears in Redis. */
    public String text() {
        byte[] hmac = ByteBuffer.allocate(4 * Long.BYTES)
                .putLong(first)
                .putLong(second)
                .putLong(third)
                .putLong(fourth)
                .array();
        return pepperVersion + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(hmac);
    }

    /** Returns the version of the pepper, 1 to 9. */
    public int pepperVersion() {
        return pepperVersion;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyDigest that
                && first == that.first
                && second == that.second
                && third == that.third
                && fourth == that.fourth
                && pepperVersion == that.pepperVersion;
    }

    @Override
    public int hashCode() {
        // The bits of an HMAC are uniformly distributed, so that 64 of them are enough for a hash.
        return Long.hashCode(first);
    }

    /** Returns the version of the pepper and no part of the HMAC. */
    @Override
    public String toString() {
        return pepperVersion + ".…";
    }
}
