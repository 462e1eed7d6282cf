package dev.latchkey.text;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The entries of a list that people edit: one a line, or several in a line separated by commas. Blanks around an entry do not
 * count; blank lines and lines that start with {@code #} are no entries; a byte order mark at the start is ignored. No line can make another one unreadable.
 */
public final class EntryList {
    // The longest list there is: 100,000 admin tokens.
    private static final int MAX_BYTES = 16 << 20;
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final Pattern LINE_END = Pattern.compile("\\R");

    private EntryList() {}

    /**
     * One entry.
     *
     * @param line where it stands, from 1
     * @param text without blanks around it; empty where nothing stands before or after a comma
     */
    public record Entry(int line, String text) {}

    /** Returns the entries of {@code text} in their order; none if there are none. */
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
     * Returns the whole text of a file that holds a list: UTF-8, or UTF-16 with a byte order mark. Bytes that are no text become
     * U+FFFD, which no entry of any list may hold: only the line in which they stand is wrong.
     *
     * @throws IOException with a message for people: the path and what is wrong, no part of the content
     */
    public static String read(Path file) throws IOException {
        byte[] bytes = TextFile.bytes(file, MAX_BYTES);
        return new String(bytes, charset(bytes));
    }

    private static Charset charset(byte[] bytes) {
        boolean utf16 = bytes.length >= 2
                && ((bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE)
                        || (bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF));
        // Of the two byte orders, this one reads that of the mark, and leaves the mark out.
        return utf16 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }
}
