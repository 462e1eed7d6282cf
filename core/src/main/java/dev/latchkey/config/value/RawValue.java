package dev.latchkey.config.value;

import java.nio.file.Path;

/**
 * One value that was given, and where.
 *
 * @param path the setting's key, or within a setting of several values the place: {@code policies.internal},
 *     {@code control.tokens[0].name}
 * @param origin the variable, or the file and line
 * @param text may be a secret; empty if nothing was given
 * @param folder what a path is relative to: the folder of the configuration file, or empty for the working directory
 */
public record RawValue(String path, String origin, String text, Path folder) {
    /** The working directory, whatever it is called. */
    public static final Path WORKING_DIRECTORY = Path.of("");

    public RawValue at(String otherPath, String otherText) {
        return new RawValue(otherPath, origin, otherText, folder);
    }

    /** Returns the same from a more exact place. */
    public RawValue from(String otherOrigin) {
        return new RawValue(path, otherOrigin, text, folder);
    }

    /**
     * Reads the text as a path.
     *
     * @throws java.nio.file.InvalidPathException if it is none
     */
    public NamedFile file() {
        return new NamedFile(toString(), text, folder.resolve(text));
    }

    /** Leaves the text out. */
    @Override
    public String toString() {
        return path + " (from " + origin + ")";
    }
}
