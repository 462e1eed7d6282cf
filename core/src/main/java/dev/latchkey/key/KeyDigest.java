package dev.latchkey.key;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of a key in the index: the version of the pepper, a dot, and the HMAC-SHA-256 of the key in base64url without
 * padding ({@code 1.vZ8…}). Tells nothing about the key to who lacks the pepper; still not for logs, since it identifies it.
 *
 * <p>It is a few numbers and no text, since there is one for each cached key, and each check compares some.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class KeyDigest {
    /** Of the HMAC, in base64url. */
    private static final int TEXT_LENGTH = 43;

    private final byte pepperVersion;
    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    /** @param hmac 32 bytes */
    KeyDigest(int pepperVersion, byte[] hmac) {
        ByteBuffer bytes = ByteBuffer.wrap(hmac);
        this.pepperVersion = (byte) pepperVersion;
        this.first = bytes.getLong();
        this.second = bytes.getLong();
        this.third = bytes.getLong();
        this.fourth = bytes.getLong();
    }

    /** Reads {@link #text}; empty if {@code text} is not surely the one text of a digest. */
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
            // The last character has bits to spare.
            return digest.text().equals(text) ? Optional.of(digest) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException if {@code text} is none; the message holds no part of it
     */
    public static KeyDigest of(String text) {
        return read(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("no digest (expected: <1-9>.<43 characters of base64url>)"));
    }

    /** Returns the name, as Redis has it. */
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
        return Long.hashCode(first);
    }

    /** Returns the pepper's version and no part of the digest. */
    @Override
    public String toString() {
        return pepperVersion + ".…";
    }
}
