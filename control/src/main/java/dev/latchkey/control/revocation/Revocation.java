package dev.latchkey.control.revocation;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation of single keys, which succeeds despite concurrent changes of the key. This class is thread-safe.
 * Concurrent use by several control planes is safe too.
 */
public final class Revocation {
    private static final Logger log = LoggerFactory.getLogger(Revocation.class);
    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final KeyDirectory directory;
    private final Enforcement enforcement;
    private final Clock clock;

    public Revocation(Ledger ledger, KeyDirectory directory, Enforcement enforcement, Clock clock) {
        this.ledger = ledger;
        this.directory = directory;
        this.enforcement = enforcement;
        this.clock = clock;
    }

    /**
     * A revoked key.
     *
     * @param now whether this call revoked the key
     */
    public record Revoked(ManagedKey key, boolean now) {}

    /**
     * Revokes {@code found} unless it is already revoked. On return the index holds the revocation, even if another
     * call has made it.
     */
    public Revoked revoke(Caller caller, Stored<ManagedKey> found, String reason) {
        Stored<ManagedKey> stored = found;
        ManagedKey key = stored.entry();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            if (key.closed()) {
                return enforced(key, false);
            }
            long now = clock.millis();
            ManagedKey revoked = key.revoke(now);
            if (ledger.replace(stored, revoked, new Audit(caller, "key.revoke", reason, now))) {
                log.info("key.revoke {} of {} by {}", key.id(), key.workspace(), caller.name());
                return enforced(revoked, true);
            }
            stored = directory.find(key.workspace(), key.id());
            key = stored.entry();
        }
        throw new RefusedException(
                Kind.CONFLICT,
                key.id() + " is being changed by others all the time, so it is not revoked; repeat the call");
    }

    /** Revokes a key that is missing from the ledger, and adds it there. On return the index holds the revocation. */
    public void adopt(Caller caller, ManagedKey foreign, String reason) {
        long now = clock.millis();
        Audit audit = new Audit(caller, "key.revoke", reason, now);
        // The key might already be revoked. Revoking it again does no harm, and the ledger gets a record in any case.
        ManagedKey revoked = foreign.revoke(now);
        boolean adopted = ledger.adopt(revoked, audit);
        if (!adopted) {
            // The ledger has a different key with this id. The audit entry goes to that key, and only the index holds
            // the foreign key.
            noteAt(directory.find(foreign.workspace(), foreign.id()), audit);
        }
        log.info(
                "key.revoke {} of {} by {}, which another service made",
                foreign.id(),
                foreign.workspace(),
                caller.name());
        if (adopted) {
            enforced(revoked, true);
        } else {
            enforcement.enforceUnknown(revoked);
        }
    }

    /** Adds {@code audit} to the audit trail of {@code other} without changing its record. */
    private void noteAt(Stored<ManagedKey> other, Audit audit) {
        Stored<ManagedKey> stored = other;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            if (ledger.replace(stored, stored.entry(), audit)) {
                return;
            }
            stored = directory.find(stored.entry().workspace(), stored.entry().id());
        }
        throw new RefusedException(
                Kind.CONFLICT,
                stored.entry().id()
                        + " is being changed by others all the time, so nothing was revoked; repeat the call");
    }

    private Revoked enforced(ManagedKey key, boolean now) {
        enforcement.enforceOrTell(key, Enforcement.Change.REVOKE, "repeat the call to wait for it");
        return new Revoked(key, now);
    }
}
