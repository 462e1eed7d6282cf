package dev.latchkey.config;

/**
 * One value that was given, and where.
 *
 * @param path the setting's key, or within a setting of several values the place: {@code policies.internal},
 *     {@code control.tokens[0].name}
 * @param origin the variable, or the file and line
 * @param text may be a secret; empty if nothing was given
 */
record Given(String path, String origin, String text) {

    Given at(String otherPath, String otherText) {
        return new Given(otherPath, origin, otherText);
    }

    /** Leaves the text out. */
    @Override
    public String toString() {
        return path + " (from " + origin + ")";
    }
}
