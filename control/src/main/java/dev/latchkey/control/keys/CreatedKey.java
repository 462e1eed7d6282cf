package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyView;
import dev.latchkey.key.PresentedKey;
import java.util.Optional;

/**
 * A key that was just made; or, to a call that was answered before, the key of then.
 *
 * @param shownSecret for the one answer that shows it; empty in every other; does not print itself
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

    /** Returns the secret of a key that was just made. */
    public PresentedKey secret() {
        return shownSecret.orElseThrow();
    }
}
