package dev.latchkey.control.ledger;

import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import java.util.Optional;

/** A note, with the workspace to which it belongs. */
public record Noted(String workspace, Pending note) {

    public String field() {
        return note.field();
    }

    /**
     * Parses {@code text}, the stored text of the record to which this note refers.
     *
     * @throws StoreException with {@code BAD_RECORD} if the text cannot be read
     */
    public Optional<Stored<? extends LedgerEntry>> record(Optional<String> text) {
        return text.map(found -> field().equals(ManagedWorkspace.FIELD)
                ? new Stored<>(LedgerCodec.decodeWorkspace(workspace, found), found)
                : new Stored<>(LedgerCodec.decodeKey(field(), found), found));
    }
}
