package dev.latchkey.config.value;

import dev.latchkey.text.EntryList;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that a setting names; nothing says that it is there.
 *
 * @param setting its key and where it was given, for messages
 * @param value as it was given
 * @param path the same, in the folder of the configuration file if that gives it as a relative path
 */
public record NamedFile(String setting, String value, Path path) {

    /**
     * Returns the whole text, which is UTF-8.
     *
     * @throws IOException with a message for people: the setting, its value, the absolute path and what is wrong, no part of the
     *     content
     */
    public String read() throws IOException {
        return read(TextFile::read);
    }

    /**
     * Returns the whole text of a list, as {@link EntryList#read} does.
     *
     * @throws IOException as {@link #read()}
     */
    public String readList() throws IOException {
        return read(EntryList::read);
    }

    private String read(Reader reader) throws IOException {
        Path absolute = path.toAbsolutePath();
        try {
            return reader.read(absolute);
        } catch (IOException e) {
            String relative = absolute.equals(Path.of(value)) ? "" : SettingProblems.printable(value) + ", that is ";
            throw new IOException(setting + ": " + relative + e.getMessage(), e);
        }
    }

    private interface Reader {
        String read(Path file) throws IOException;
    }
}
