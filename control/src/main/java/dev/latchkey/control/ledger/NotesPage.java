package dev.latchkey.control.ledger;

import io.lettuce.core.ScanCursor;
import java.util.List;

/**
 * Some notes of one workspace.
 *
 * @param next where its other notes follow, if any
 */
record NotesPage(String workspace, List<Pending> notes, ScanCursor next) {
    NotesPage {
        notes = List.copyOf(notes);
    }

    /** Returns the page before the first. */
    static NotesPage start(String workspace) {
        return new NotesPage(workspace, List.of(), ScanCursor.INITIAL);
    }
}
