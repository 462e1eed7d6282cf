package dev.latchkey.key;

/**
 * The content of an {@code Authorization} header. Only a {@link Presented} credential can be looked up in the index.
 */
public sealed interface Credential {

    /** No header was sent. */
    enum Absent implements Credential {
        NO_HEADER
    }

    /** A header was sent, but it does not contain a well-formed key. */
    enum Malformed implements Credential {
        /** The header is not {@code Bearer} with exactly one key of the right form, or it holds several credentials. */
        NOT_A_KEY,
        /** The key has the form of a minted key, but its checksum is wrong: a typing error or a made-up key. */
        BAD_CHECKSUM
    }

    /** A well-formed key. Only the index can say whether the key exists. */
    record Presented(PresentedKey key) implements Credential {}
}
