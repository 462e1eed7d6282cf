package dev.latchkey.config.value;

import dev.latchkey.text.EntryList;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that a setting names. The file might not exist.
 *
 * @param setting the key of the setting and the origin of its value, for messages
 * @param value the path as given
 * @param path the path to open: a relative path in the configuration file is relative to the folder of that file
 */
public record NamedFile(String setting, String value, Path path) {

    /**
     * Returns the whole text, decoded as UTF-8.
     *
     * @throws IOException if the file cannot be read. The message is for people: the setting, its value, the absolute
     *     path and the cause, without any part of the content
     */
    public String read() throws IOException {
        return read(TextFile::read);
    }

    /**
     * Returns the whole text of a list, as {@link EntryList#read} does.
     *
     * @throws IOException under the same conditions as {@link #read()}
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
