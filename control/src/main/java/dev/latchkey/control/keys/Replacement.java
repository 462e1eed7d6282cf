package dev.latchkey.control.keys;

import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.Fingerprint;
import dev.latchkey.control.rules.KeyName;
import java.util.Optional;

/**
 * The key that is to take another's place, as it was sent; nothing is checked yet.
 *
 * @param overlap how long the old key goes on; empty for the default
 * @param expiry of the new key; empty for as long a life as the old one was to have
 */
public record Replacement(KeyName old, Optional<Expiry.Lifetime> overlap, Optional<Expiry> expiry) {

    String fingerprint() {
        return Fingerprint.of("RotateKey", old.id(), overlap.toString(), expiry.toString());
    }
}
