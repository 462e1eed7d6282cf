package dev.latchkey.control.keys;

import dev.latchkey.control.ledger.ManagedKey;
import java.util.OptionalLong;

/**
 * A key as it is shown to its owners.
 *
 * @param lastUsedAt epoch milliseconds; empty if it was not used yet, or that is not known
 */
public record KeyView(ManagedKey key, State state, OptionalLong lastUsedAt) {

    /** What a request with the key would find. */
    public enum State {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    static KeyView of(ManagedKey key, OptionalLong lastUsedAt, long now) {
        State living = key.record().expired(now) ? State.EXPIRED : State.ACTIVE;
        return new KeyView(key, key.closed() ? State.REVOKED : living, lastUsedAt);
    }
}
