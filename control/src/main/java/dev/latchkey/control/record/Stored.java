package dev.latchkey.control.record;

/**
 * A record as it was read, with the exact text: a change is made only if that text still stands.
 *
 * @param <T> what it is the record of
 */
public record Stored<T extends LedgerEntry>(T entry, String text) {
    /** Returns the entry. */
    @Override
    public String toString() {
        return entry.toString();
    }
}
