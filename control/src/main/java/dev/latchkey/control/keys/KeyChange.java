package dev.latchkey.control.keys;

import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import java.util.List;
import java.util.Optional;

/**
 * A requested change of a key, as received and not yet validated.
 *
 * @param name the new name; empty to keep the current name
 * @param scopes the complete set of scopes to keep; empty to keep all of them
 * @param expiry the new expiry; empty to keep the current expiry
 */
public record KeyChange(KeyName key, String name, List<String> scopes, Optional<Expiry> expiry) {
    public KeyChange {
        scopes = List.copyOf(scopes);
    }

    /** Returns whether the change can reduce access, that is, whether it changes more than the name. */
    boolean narrows() {
        return !scopes.isEmpty() || expiry.isPresent();
    }
}
