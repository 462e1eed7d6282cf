package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Pending;
import io.lettuce.core.ScanCursor;
import java.util.List;

/**
 * Some notes of one workspace.
 *
 * @param next where its other notes follow, if any
 */
public record NotesPage(String workspace, List<Pending> notes, ScanCursor next) {
    public NotesPage {
        notes = List.copyOf(notes);
    }

    /** Returns the page before the first. */
    public static NotesPage start(String workspace) {
        return new NotesPage(workspace, List.of(), ScanCursor.INITIAL);
    }
}
