package dev.latchkey.control.upkeep;

import dev.latchkey.control.audit.AuditTrail;
import dev.latchkey.control.index.IndexWriter;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The removal of data that has been kept long enough: entries of the audit trail, and keys that have ended. It also
 * removes ended keys that a caller purges. No other class removes a key's record. The ledger's record goes first, in
 * one step that leaves a note of the index record; if the process stops then, the {@link Reconciler} finishes the
 * removal. A key that is still usable by its index record stays, whatever the ledger says.
 *
 * <p>This class is thread-safe, also among several control planes.
 */
public final class Retention {
    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    private final Ledger ledger;
    private final IndexWriter index;
    private final Projector projector;
    private final AuditTrail trail;
    private final AuditLimit limit;
    private final Duration keys;
    private final Duration audit;
    private final LongSupplier clock;

    /**
     * @param keys how long a key's record is kept after the key has ended
     * @param audit how long an entry of the audit trail is kept
     * @param clock epoch milliseconds; a clock that is ahead removes data too early
     */
    public Retention(
            Ledger ledger,
            IndexWriter index,
            Projector projector,
            AuditTrail trail,
            AuditLimit limit,
            Duration keys,
            Duration audit,
            LongSupplier clock) {
        this.ledger = ledger;
        this.index = index;
        this.projector = projector;
        this.trail = trail;
        this.limit = limit;
        this.keys = keys;
        this.audit = audit;
        this.clock = clock;
    }

    /** Returns the time in epoch milliseconds by which ages are judged. */
    public long now() {
        return clock.getAsLong();
    }

    /**
     * Removes some entries of the workspace's audit trail that are too old or too many. Returns false if it had none.
     */
    boolean trim(String workspace, long now) {
        try {
            return trail.trim(workspace, Math.max(0, now - audit.toMillis())) || limit.shorten(workspace);
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.REFUSED && e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            // A retry would not repair the trail, and would hold up the others.
            log.error("the audit trail of {} is not shortened: {}", workspace, e.getMessage());
            return false;
        }
    }

    /** Returns whether {@code entry} is a key that has been kept long enough after its end. */
    boolean isOver(LedgerEntry entry, long now) {
        return entry instanceof ManagedKey key && !key.usable(now) && now - end(key) > keys.toMillis();
    }

    /**
     * Removes a key for which {@link #isOver} holds. Returns false if the key stays because its index record is usable.
     */
    boolean remove(Stored<? extends LedgerEntry> found, long now) {
        Audit entry = new Audit(Caller.SELF, "key.remove", "its end was longer ago than keys.retention", now);
        return remove(new Stored<>((ManagedKey) found.entry(), found.text()), now, entry);
    }

    /** Returns whether {@code key} ended at least {@code age} ago. */
    public boolean isEnded(ManagedKey key, Duration age, long now) {
        return !key.usable(now) && now - end(key) >= age.toMillis();
    }

    /**
     * Removes a key for which {@link #isEnded} holds before its retention is over. Returns false if the key stays
     * because its index record is usable. The key's string cannot come back until the retention would have ended.
     */
    public boolean purge(Stored<ManagedKey> found, Audit audit) {
        ManagedKey key = found.entry();
        long rest = end(key) + keys.toMillis() - audit.at();
        if (rest > 0 && !key.withdrawn()) {
            ledger.claims().end(key, Duration.ofMillis(rest));
        }
        return remove(found, audit.at(), audit);
    }

    private boolean remove(Stored<ManagedKey> found, long now, Audit audit) {
        ManagedKey key = found.entry();
        // The removal replaces the note of an earlier change, so a change that has not reached the index must be
        // written now or never.
        index.write(key);
        if (livesInIndex(key, now)) {
            log.error(
                    "{} of {} is over in the ledger, but may be used by what the index holds, so it stays: revoke it",
                    key.id(),
                    key.workspace());
            return false;
        }
        if (ledger.remove(found, audit)) {
            log.info(
                    "key.remove {} of {} by {}",
                    key.id(),
                    key.workspace(),
                    audit.caller().name());
            projector.remove(key.workspace(), Pending.removed(key));
        }
        return true;
    }

    private boolean livesInIndex(ManagedKey key, long now) {
        return index.find(key.digest())
                .filter(record -> record.id().equals(key.id()) && !record.revoked() && !record.expired(now))
                .isPresent();
    }

    private static long end(ManagedKey key) {
        return key.closed() ? key.revokedAt() : key.record().expiresAt();
    }
}
