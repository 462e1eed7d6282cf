package dev.latchkey.control.keys;

import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import java.util.List;
import java.util.Optional;

/**
 * What somebody wants changed of a key, as it was sent; nothing is checked yet.
 *
 * @param name empty to leave it
 * @param scopes all that it is to keep; none to leave them
 * @param expiry empty to leave it
 */
public record KeyChange(KeyName key, String name, List<String> scopes, Optional<Expiry> expiry) {
    public KeyChange {
        scopes = List.copyOf(scopes);
    }

    /** Tells whether it is about more than the name. */
    boolean narrows() {
        return !scopes.isEmpty() || expiry.isPresent();
    }
}
