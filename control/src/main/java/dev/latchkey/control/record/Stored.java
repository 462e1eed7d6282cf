package dev.latchkey.control.record;

/**
 * A record as it was read, with its exact text. A change is made only if the ledger still holds the same text.
 *
 * @param <T> the type of the record
 */
public record Stored<T extends LedgerEntry>(T entry, String text) {
    /** Returns the text form of the entry, without the stored text. */
    @Override
    public String toString() {
        return entry.toString();
    }
}
