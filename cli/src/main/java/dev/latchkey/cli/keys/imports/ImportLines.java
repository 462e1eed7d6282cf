package dev.latchkey.cli.keys.imports;

import dev.latchkey.text.TextEncoding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Optional;

/**
 * Reads a file of keys, a line at a time, however long it is: a key on each line, or a JSON object. Blank lines, and those that
 * start with {@code #}, are passed over. Not thread-safe.
 */
final class ImportLines {
    /** Far more than a key with all there is to say of it. */
    static final int MAX_LINE = 16 * 1024;

    private final Reader in;
    private long number;

    /** @param in in an encoding of {@link TextEncoding}; what is none, is no key */
    ImportLines(InputStream in) throws IOException {
        this.in = new BufferedReader(TextEncoding.reader(in));
    }

    /** Returns the next line that holds something; empty at the end. */
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

    /** Reads a line, of which no more is kept than shows that it is too long; false at the end. */
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
