package dev.latchkey.control.directory;

import dev.latchkey.control.record.ManagedKey;
import java.util.OptionalLong;

/**
 * A key as shown to its owners.
 *
 * @param lastUsedAt epoch milliseconds; empty if the key was never used or its last use is not known
 * @param answerUnconfirmed whether it is unknown if the response with the secret arrived; false as soon as the key was
 *     used or is revoked
 */
public record KeyView(ManagedKey key, State state, OptionalLong lastUsedAt, boolean answerUnconfirmed) {

    /** The state that a request with the key would meet. */
    public enum State {
        ACTIVE,
        EXPIRED,
        REVOKED;

        /**
         * Returns the state that sidecars enforce.
         *
         * @param now epoch milliseconds
         * @param generation the generation of the key's workspace: an older key was revoked together with all other
         *     keys, even if its own record does not say so yet
         */
        public static State of(ManagedKey key, long now, long generation) {
            if (key.closed() || key.record().generation() < generation) {
                return REVOKED;
            }
            return key.record().expired(now) ? EXPIRED : ACTIVE;
        }
    }

    /** Returns a view as {@link #of(ManagedKey, OptionalLong, long, long)} does, for a key that was just created. */
    public static KeyView of(ManagedKey key, OptionalLong lastUsedAt, long now) {
        return of(key, lastUsedAt, now, 0);
    }

    /** Returns a view of {@code key} with the state that sidecars enforce; see {@link State#of}. */
    public static KeyView of(ManagedKey key, OptionalLong lastUsedAt, long now, long generation) {
        return new KeyView(key, State.of(key, now, generation), lastUsedAt, false);
    }

    /**
     * Returns this view with the ledger's state of the response. A key that was used is never unconfirmed, because its
     * user has the secret; a revoked key is not either.
     */
    public KeyView withAnswer(boolean unconfirmed) {
        return new KeyView(key, state, lastUsedAt, unconfirmed && lastUsedAt.isEmpty() && state != State.REVOKED);
    }
}
