package dev.latchkey.control.imports;

import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.rules.Violation;
import java.util.List;
import java.util.Optional;

/**
 * What became of a key that was to be imported.
 *
 * @param view empty if it is refused, or of another workspace, or cannot be read
 * @param violations what is wrong with it; empty unless it is refused
 */
public record ImportedKey(Outcome outcome, Optional<KeyView> view, List<Violation> violations) {
    public ImportedKey {
        violations = List.copyOf(violations);
    }

    /** How it ended. */
    public enum Outcome {
        /** It works, if its workspace is active. */
        IMPORTED,
        /** It was there before, active, expired or revoked, and is as it was. */
        EXISTED,
        /** It is not imported. */
        REFUSED
    }

    static ImportedKey refused(List<Violation> violations) {
        return new ImportedKey(Outcome.REFUSED, Optional.empty(), violations);
    }
}
