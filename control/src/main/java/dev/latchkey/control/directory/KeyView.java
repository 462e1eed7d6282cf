package dev.latchkey.control.directory;

import dev.latchkey.control.record.ManagedKey;
import java.util.OptionalLong;

/**
 * A key as it is shown to its owners.
 *
 * @param lastUsedAt epoch milliseconds; empty if it was not used yet, or that is not known
 * @param answerUnconfirmed whether nobody knows if the answer with its secret arrived; false once it was used or revoked
 */
public record KeyView(ManagedKey key, State state, OptionalLong lastUsedAt, boolean answerUnconfirmed) {

    /** What a request with the key would find. */
    public enum State {
        ACTIVE,
        EXPIRED,
        REVOKED;

        /** @param now epoch milliseconds */
        public static State of(ManagedKey key, long now) {
            State living = key.record().expired(now) ? EXPIRED : ACTIVE;
            return key.closed() ? REVOKED : living;
        }
    }

    /** As {@link #of(ManagedKey, OptionalLong, long, long)}, of a key that was just made. */
    public static KeyView of(ManagedKey key, OptionalLong lastUsedAt, long now) {
        return of(key, lastUsedAt, now, 0);
    }

    /** @param generation of its workspace: an older key was revoked with all the others, whatever its own record says yet */
    public static KeyView of(ManagedKey key, OptionalLong lastUsedAt, long now, long generation) {
        State state = key.record().generation() < generation ? State.REVOKED : State.of(key, now);
        return new KeyView(key, state, lastUsedAt, false);
    }

    /** Returns this key with what the ledger knows of its answer. Whoever used it has its secret. */
    public KeyView withAnswer(boolean unconfirmed) {
        return new KeyView(key, state, lastUsedAt, unconfirmed && lastUsedAt.isEmpty() && state != State.REVOKED);
    }
}
