package dev.latchkey.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A parser for lists that people edit: one entry per line, or several in a line separated by commas. Whitespace around
 * an entry is ignored, as are blank lines, lines that start with {@code #}, and a byte order mark at the start. An
 * invalid line never makes another line unreadable.
 */
public final class EntryList {
    // Enough for the longest list, that of 100,000 admin tokens.
    private static final int MAX_BYTES = 16 << 20;
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final Pattern LINE_END = Pattern.compile("\\R");

    private EntryList() {}

    /**
     * An entry of a list.
     *
     * @param line its line number, from 1
     * @param text without whitespace around it; empty if nothing precedes or follows a comma
     */
    public record Entry(int line, String text) {}

    /** Returns the entries of {@code text} in their order; empty if there are none. */
    public static List<Entry> of(String text) {
        String marked = text.isEmpty() || text.charAt(0) != BYTE_ORDER_MARK ? text : text.substring(1);
        List<Entry> entries = new ArrayList<>();
        String[] lines = LINE_END.split(marked, -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                for (String entry : line.split(",", -1)) {
                    entries.add(new Entry(i + 1, entry.strip()));
                }
            }
        }
        return entries;
    }

    /**
     * Returns the whole text of a file that contains a list: UTF-8, or UTF-16 with a byte order mark. Malformed bytes
     * become U+FFFD, which no valid entry of any list contains: only the line that contains them is invalid.
     *
     * @throws IOException with a message for people: the path and the problem, without any of the content
     */
    public static String read(Path file) throws IOException {
        return TextEncoding.lenient(TextFile.bytes(file, MAX_BYTES));
    }
}
