package dev.latchkey.cli.keys.imports;

import dev.latchkey.text.TextEncoding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Optional;

/**
 * A reader of a file of keys, one line at a time, whatever the size of the file. A line holds a key or a JSON object.
 * Blank lines and lines that start with {@code #} are skipped. This class is not thread-safe.
 */
final class ImportLines {
    /** The maximum length of a line in characters, far longer than a key with all its members. */
    static final int MAX_LINE = 16 * 1024;

    private final Reader in;
    private long number;

    /** @param in text in an encoding that {@link TextEncoding} supports; bytes of other encodings are not valid keys */
    ImportLines(InputStream in) throws IOException {
        this.in = new BufferedReader(TextEncoding.reader(in));
    }

    /** Returns the next line that is neither blank nor a comment; empty at the end of the file. */
    Optional<ImportLine> next() throws IOException {
        StringBuilder text = new StringBuilder();
        while (read(text)) {
            number++;
            if (text.length() > MAX_LINE) {
                return Optional.of(ImportLine.wrong(
                        number, List.of("longer than " + MAX_LINE + " characters (expected: one key on each line)")));
            }
            String line = text.toString().strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                return Optional.of(ImportLineParser.parse(number, line));
            }
        }
        return Optional.empty();
    }

    /** Returns the number of the last line that was read, from 1. */
    long number() {
        return number;
    }

    /**
     * Reads a line into {@code line}, but at most one character beyond the limit, which shows that the line is too
     * long. Returns false at the end of the file.
     */
    private boolean read(StringBuilder line) throws IOException {
        line.setLength(0);
        int c = in.read();
        if (c < 0) {
            return false;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() <= MAX_LINE) {
                line.append((char) c);
            }
        }
        return true;
    }
}
