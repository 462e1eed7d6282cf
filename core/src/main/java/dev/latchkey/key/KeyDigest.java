package dev.latchkey.key;

/**
 * The name of a key in the index: the version of the pepper, a dot, and the HMAC-SHA-256 of the key in base64url without
 * padding ({@code 1.vZ8…}). Tells nothing about the key to who lacks the pepper; still not for logs, since it identifies it.
 */
public record KeyDigest(String text) {

    /** Returns the version of the pepper, 1 to 9. */
    public int pepperVersion() {
        return text.charAt(0) - '0';
    }

    /** Returns the pepper's version and no part of the digest. */
    @Override
    public String toString() {
        return text.charAt(0) + ".…";
    }
}
