package dev.latchkey.key;

/** What an {@code Authorization} header turned out to hold. Only {@link Presented} may be looked up. */
public sealed interface Credential {

    /** No header was sent. */
    enum Absent implements Credential {
        NO_HEADER
    }

    /** A header was sent that holds no key of ours. */
    enum Malformed implements Credential {
        /** Not {@code Bearer} and one key of the right form, or more than one credential. */
        NOT_A_KEY,
        /** The form of a minted key, but the checksum is another: a typo, or made up. */
        BAD_CHECKSUM
    }

    /** A well-formed key; whether it exists is the index's to say. */
    record Presented(PresentedKey key) implements Credential {}
}
