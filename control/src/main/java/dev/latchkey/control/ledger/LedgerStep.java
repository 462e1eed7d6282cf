package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.record.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of one record, with the values that Redis must hold for the change to be made, and the values to write.
 *
 * @param entry the new record, or the record that is removed
 * @param before the text that must be stored now; empty: no record must exist
 * @param after the text that replaces it; empty: the record is removed
 * @param note the note that the index lacks the change
 * @param noteBefore the note that must be stored for the record; empty: any or none
 * @param taken a note of another record that must be stored, and that is removed
 * @param claim the claim by which a repeat of the call finds the record
 * @param room the workspace in which a key is created
 * @param narrows whether the change takes access away, so that a full Redis must not stop it
 * @param audit the fields of the audit entry and their values, alternating
 */
record LedgerStep(
        LedgerEntry entry,
        String before,
        String after,
        Pending note,
        String noteBefore,
        Optional<Pending> taken,
        Optional<Claim> claim,
        Optional<Room> room,
        boolean narrows,
        List<String> audit) {
    private static final String NONE = "";

    /** Returns a step that creates a record. */
    static LedgerStep make(LedgerEntry entry, Pending note, Audit audit) {
        return of(NONE, entry, LedgerCodec.encode(entry), note, entry.closed(), fields(audit, null, entry));
    }

    /** Returns a step that replaces a record. */
    static LedgerStep replace(Stored<?> before, LedgerEntry after, Audit audit) {
        return of(
                before.text(),
                after,
                LedgerCodec.encode(after),
                Pending.of(after),
                narrows(before.entry(), after),
                fields(audit, before.entry(), after));
    }

    /** Returns a step that removes a key. */
    static LedgerStep remove(Stored<ManagedKey> before, Audit audit) {
        return of(
                before.text(),
                before.entry(),
                NONE,
                Pending.removed(before.entry()),
                /* narrows= */ true,
                fields(audit, before.entry(), null));
    }

    LedgerStep onlyIfNoted(Pending noteBefore) {
        return new LedgerStep(entry, before, after, note, noteBefore.value(), taken, claim, room, narrows, audit);
    }

    LedgerStep taking(Pending other) {
        return new LedgerStep(entry, before, after, note, noteBefore, Optional.of(other), claim, room, narrows, audit);
    }

    LedgerStep claiming(Optional<Claim> made) {
        return new LedgerStep(entry, before, after, note, noteBefore, taken, made, room, narrows, audit);
    }

    LedgerStep narrowing() {
        return new LedgerStep(entry, before, after, note, noteBefore, taken, claim, room, true, audit);
    }

    LedgerStep in(Room where) {
        return new LedgerStep(entry, before, after, note, noteBefore, taken, claim, Optional.of(where), narrows, audit);
    }

    private static LedgerStep of(
            String before, LedgerEntry entry, String after, Pending note, boolean narrows, List<String> audit) {
        return new LedgerStep(
                entry, before, after, note, NONE, Optional.empty(), Optional.empty(), Optional.empty(), narrows, audit);
    }

    private static boolean narrows(LedgerEntry before, LedgerEntry after) {
        return after.closed()
                || (after instanceof ManagedWorkspace now
                        && before instanceof ManagedWorkspace was
                        && now.record().generation() > was.record().generation())
                || (after instanceof ManagedKey key && before instanceof ManagedKey was && key.allowsLessThan(was));
    }

    /** Returns the fields of an audit entry and their values, alternating. */
    static List<String> fields(Audit audit, @Nullable LedgerEntry before, @Nullable LedgerEntry after) {
        List<String> fields = new ArrayList<>(
                List.of("at", Long.toString(audit.at()), "actor", audit.caller().name(), "action", audit.action()));
        if ((after == null ? before : after) instanceof ManagedKey key) {
            fields.addAll(List.of("key", key.id()));
        }
        if (before != null) {
            fields.addAll(List.of("before", LedgerCodec.describe(before)));
        }
        if (after != null) {
            fields.addAll(List.of("after", LedgerCodec.describe(after)));
        }
        if (!audit.reason().isEmpty()) {
            fields.addAll(List.of("reason", audit.reason()));
        }
        if (!audit.caller().requestId().isEmpty()) {
            fields.addAll(List.of("request_id", audit.caller().requestId()));
        }
        return fields;
    }
}
