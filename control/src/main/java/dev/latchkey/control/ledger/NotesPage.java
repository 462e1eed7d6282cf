package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Pending;
import io.lettuce.core.ScanCursor;
import java.util.List;

/**
 * A page of the notes of one workspace.
 *
 * @param next the cursor of the next page; finished if this page is the last
 */
public record NotesPage(String workspace, List<Pending> notes, ScanCursor next) {
    public NotesPage {
        notes = List.copyOf(notes);
    }

    /** Returns the empty page that precedes the first page. */
    public static NotesPage start(String workspace) {
        return new NotesPage(workspace, List.of(), ScanCursor.INITIAL);
    }
}
