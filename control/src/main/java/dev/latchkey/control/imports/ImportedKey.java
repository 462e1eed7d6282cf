package dev.latchkey.control.imports;

import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.rules.Violation;
import java.util.List;
import java.util.Optional;

/**
 * The result for one key of an import.
 *
 * @param view empty if the key is refused, belongs to another workspace, or cannot be read
 * @param violations the reasons for a refusal; empty unless the key is refused
 */
public record ImportedKey(Outcome outcome, Optional<KeyView> view, List<Violation> violations) {
    public ImportedKey {
        violations = List.copyOf(violations);
    }

    /** The possible results. */
    public enum Outcome {
        /** The key was imported and works if its workspace is active. */
        IMPORTED,
        /** The key existed before, whether active, expired or revoked, and is unchanged. */
        EXISTED,
        /** The key was not imported. */
        REFUSED
    }

    static ImportedKey refused(List<Violation> violations) {
        return new ImportedKey(Outcome.REFUSED, Optional.empty(), violations);
    }
}
