package dev.latchkey.config.value;

import java.nio.file.Path;

/**
 * A value as given, with its origin.
 *
 * @param path the key of the setting, or the position within a setting of several values: {@code policies.internal},
 *     {@code control.tokens[0].name}
 * @param origin the name of the variable, or the file and line
 * @param text the value, which can be a secret; empty if the value is empty
 * @param folder the base of relative paths: the folder of the configuration file, or empty for the working directory
 */
public record RawValue(String path, String origin, String text, Path folder) {
    /** The working directory as an empty path, which stays correct whatever the name of the directory. */
    public static final Path WORKING_DIRECTORY = Path.of("");

    public RawValue at(String otherPath, String otherText) {
        return new RawValue(otherPath, origin, otherText, folder);
    }

    /** Returns a copy of this value with a more precise origin. */
    public RawValue from(String otherOrigin) {
        return new RawValue(path, otherOrigin, text, folder);
    }

    /**
     * Returns the file whose path is the text.
     *
     * @throws java.nio.file.InvalidPathException if the text is not a path
     */
    public NamedFile file() {
        return new NamedFile(toString(), text, folder.resolve(text));
    }

    /** Returns path and origin, without the text, which can be a secret. */
    @Override
    public String toString() {
        return path + " (from " + origin + ")";
    }
}
