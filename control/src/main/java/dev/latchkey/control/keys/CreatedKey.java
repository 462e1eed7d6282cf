package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyView;
import dev.latchkey.key.PresentedKey;
import java.util.Optional;

/**
 * The result of a create call: a new key or, for a repeated call, the key that the first call created.
 *
 * @param shownSecret the secret, present only in the one response that shows it; its text form does not reveal it
 */
public record CreatedKey(KeyView view, Optional<PresentedKey> shownSecret) {

    static CreatedKey made(KeyView view, PresentedKey secret) {
        return new CreatedKey(view, Optional.of(secret));
    }

    static CreatedKey repeated(KeyView view) {
        return new CreatedKey(view, Optional.empty());
    }

    public boolean isRepeated() {
        return shownSecret.isEmpty();
    }

    /** Returns the secret of a new key. Must not be called if {@link #isRepeated}. */
    public PresentedKey secret() {
        return shownSecret.orElseThrow();
    }
}
