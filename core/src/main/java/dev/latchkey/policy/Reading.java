package dev.latchkey.policy;

/** A way in which upstreams are known to read a path differently from how it is written. */
public enum Reading {
    /**
     * The upstream ignores letter case, Unicode form (NFKC), blanks at the start of a segment, and blanks and
     * dots at its end.
     */
    SPELLING("with letter case, Unicode form, and blanks or dots at the ends of segments ignored"),
    /** The upstream ignores the final {@code /}. */
    FINAL_SLASH("with its final / added or left out"),
    /** The upstream ignores the part of the last segment from a {@code .}, {@code ,} or {@code :} on. */
    LAST_SEGMENT("with the last segment cut off at a . or , or :");

    private final String text;

    Reading(String text) {
        this.text = text;
    }

    /** Returns a description of the reading that can end a sentence. */
    public String text() {
        return text;
    }
}
