package dev.latchkey.policy;

/** A way in which upstreams are known to read a path other than as it is written. */
public enum Reading {
    /** Letter case, Unicode form (NFKC) and blanks or dots around a segment are ignored. */
    SPELLING("with letter case, Unicode form, and blanks or dots at the ends of segments ignored"),
    /** The final {@code /} is ignored. */
    FINAL_SLASH("with its final / added or left out"),
    /** What follows a {@code .}, {@code ,} or {@code :} in the last segment is ignored. */
    LAST_SEGMENT("with the last segment cut off at a . or , or :");

    private final String text;

    Reading(String text) {
        this.text = text;
    }

    /** Returns how the path is read, as the end of a sentence. */
    public String text() {
        return text;
    }
}
