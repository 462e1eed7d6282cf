package dev.latchkey.control.keys;

import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.Fingerprint;
import dev.latchkey.control.rules.KeyName;
import java.util.Optional;

/**
 * A requested replacement of a key, as received and not yet validated.
 *
 * @param overlap how long the old key remains valid; empty for the default
 * @param expiry the expiry of the new key; empty to give it the lifetime that the old key was created with
 */
public record Replacement(KeyName old, Optional<Expiry.Lifetime> overlap, Optional<Expiry> expiry) {

    String fingerprint() {
        return Fingerprint.of("RotateKey", old.id(), overlap.toString(), expiry.toString());
    }
}
