package dev.latchkey.control.revocation;

import dev.latchkey.control.index.Projection;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;

/**
 * The step that applies access-reducing changes to the index. No call reports success while sidecars can still allow
 * access that the call has removed. This class is thread-safe.
 */
public final class Enforcement {
    private final Ledger ledger;
    private final Projector projector;

    public Enforcement(Ledger ledger, Projector projector) {
        this.ledger = ledger;
        this.projector = projector;
    }

    /** The kind of change made to a key, for messages. */
    public enum Change {
        REVOKE("revoke", "revoked"),
        UPDATE("change", "changed"),
        END("end", "given its end");

        private final String noun;
        private final String done;

        Change(String noun, String done) {
            this.noun = noun;
            this.done = done;
        }
    }

    /**
     * Writes {@code key}, as the ledger already holds it, to the index. On return the index holds this change or a
     * later change of the key.
     *
     * @throws RefusedException if the index keeps a different record, which a retry cannot correct
     * @throws StoreException if Redis does not answer
     */
    public void enforce(ManagedKey key, Change change) {
        Projection projection = projector.project(key);
        if (projection.outcome() == Projection.Outcome.CONFLICT) {
            throw conflict(
                    key,
                    change,
                    "something else under its name, which this call cannot change: see the control plane's log");
        }
        if (projection.rev() > key.rev() && !hasChange(key, projection.rev())) {
            throw conflict(key, change, "a newer record of it, as after a loss of the ledger's data; revoke it");
        }
    }

    /** Revokes a key that only the index holds. On return the index holds the revocation. */
    void enforceUnknown(ManagedKey revoked) {
        if (!projector.show(revoked)) {
            throw conflict(revoked, Change.REVOKE, "something else under its name: see the control plane's log");
        }
    }

    /**
     * Applies a change as {@link #enforce} does. If Redis does not answer, the reconciler applies the change later.
     *
     * @param advice what the caller should do in the meantime
     * @throws RefusedException also if Redis does not answer
     */
    public void enforceOrTell(ManagedKey key, Change change, String advice) {
        try {
            enforce(key, change);
        } catch (StoreException e) {
            throw new RefusedException(
                    Kind.UNAVAILABLE,
                    "the " + change.noun + " of " + key.id()
                            + " is recorded and will be applied as soon as Redis allows; " + advice + ". Cause: "
                            + e.trouble());
        }
    }

    /**
     * Returns whether the newer record of {@code key} in the index comes from the ledger, where every change builds on
     * the previous one.
     */
    private boolean hasChange(ManagedKey key, long rev) {
        return ledger.findKey(key.workspace(), key.id())
                .map(Stored::entry)
                .filter(now -> now.closed() || now.rev() >= rev)
                .isPresent();
    }

    private static RefusedException conflict(ManagedKey key, Change change, String held) {
        return new RefusedException(
                Kind.CONFLICT, key.id() + " is " + change.done + " in the ledger, but the index holds " + held);
    }
}
