package dev.latchkey.key;

import org.jspecify.annotations.Nullable;

/** The environment whose data a key can access: production ({@code live}) or sandbox ({@code test}). */
public enum Environment {
    LIVE("live"),
    TEST("test");

    private final String text;

    Environment(String text) {
        this.text = text;
    }

    /** Returns {@code live} or {@code test}: the spelling in keys, records, policy files and headers. */
    public String text() {
        return text;
    }

    /**
     * Returns the environment with the spelling {@code text}, or null if there is none. The
     * comparison is case-sensitive.
     */
    public static @Nullable Environment of(@Nullable String text) {
        if (LIVE.text.equals(text)) {
            return LIVE;
        }
        return TEST.text.equals(text) ? TEST : null;
    }
}
