package dev.latchkey.cli.keys.imports;

import dev.latchkey.v1.KeyToImport;
import java.util.List;
import java.util.Optional;

/**
 * A line of a file of keys. Does not print the key.
 *
 * @param number from 1
 * @param key empty if the line cannot be read
 * @param problems why it cannot be read, without any of its text
 */
record ImportLine(long number, Optional<KeyToImport> key, List<String> problems) {
    static ImportLine of(long number, KeyToImport key) {
        return new ImportLine(number, Optional.of(key), List.of());
    }

    static ImportLine wrong(long number, List<String> problems) {
        return new ImportLine(number, Optional.empty(), List.copyOf(problems));
    }

    /** Returns the number only. */
    @Override
    public String toString() {
        return "line " + number;
    }
}
