package dev.latchkey.control.ledger;

import java.util.Optional;

/** A note of {@code workspace}. */
record Noted(String workspace, Pending note) {

    String field() {
        return note.field();
    }

    /**
     * Returns the record that the note is about, as {@code text} tells it.
     *
     * @throws StoreException with {@code BAD_RECORD} if that cannot be read
     */
    Optional<Stored<? extends LedgerEntry>> record(Optional<String> text) {
        return text.map(found -> field().equals(ManagedWorkspace.FIELD)
                ? new Stored<>(LedgerCodec.decodeWorkspace(workspace, found), found)
                : new Stored<>(LedgerCodec.decodeKey(field(), found), found));
    }
}
