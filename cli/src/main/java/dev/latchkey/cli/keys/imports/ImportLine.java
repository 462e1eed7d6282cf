package dev.latchkey.cli.keys.imports;

import dev.latchkey.v1.KeyToImport;
import java.util.List;
import java.util.Optional;

/**
 * A line of a file of keys. {@link #toString} does not reveal the key.
 *
 * @param number the line number, from 1
 * @param key the key; empty if the line is invalid
 * @param problems why the line is invalid, without any of its text except member names
 */
record ImportLine(long number, Optional<KeyToImport> key, List<String> problems) {
    static ImportLine of(long number, KeyToImport key) {
        return new ImportLine(number, Optional.of(key), List.of());
    }

    static ImportLine wrong(long number, List<String> problems) {
        return new ImportLine(number, Optional.empty(), List.copyOf(problems));
    }

    /** Returns the line number only. */
    @Override
    public String toString() {
        return "line " + number;
    }
}
