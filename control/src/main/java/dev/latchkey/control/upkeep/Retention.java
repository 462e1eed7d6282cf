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
 * Takes away what was kept long enough, entries of the audit trail and keys that ended, and ended keys that somebody purges: the
 * only way in which a key's record disappears. A key goes from the ledger first, in one step that leaves a note of what the index still has of it; whoever stops
 * then leaves the note to the {@link Reconciler}. A key that may be used in the index stays, whatever the ledger says.
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
     * @param keys how long a key's record outlives its end
     * @param audit how long an entry of the audit trail is kept
     * @param clock epoch milliseconds; one that is ahead takes away too early
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

    /** Returns the time by which to judge, epoch milliseconds. */
    long now() {
        return clock.getAsLong();
    }

    /** Takes away some entries of the workspace's audit trail that are too old or too many; false once there are none. */
    boolean trim(String workspace, long now) {
        try {
            return trail.trim(workspace, Math.max(0, now - audit.toMillis())) || limit.shorten(workspace);
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.REFUSED && e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            // Trying again would not mend it, and would hold up the others.
            log.error("the audit trail of {} is not shortened: {}", workspace, e.getMessage());
            return false;
        }
    }

    /** Tells whether {@code entry} is a key that was kept long enough. */
    boolean isOver(LedgerEntry entry, long now) {
        return entry instanceof ManagedKey key && !key.usable(now) && now - end(key) > keys.toMillis();
    }

    /** Takes away a key that {@link #isOver}; false if it may be used in the index and stays. */
    boolean remove(Stored<? extends LedgerEntry> found, long now) {
        Audit entry = new Audit(Caller.SELF, "key.remove", "its end was longer ago than keys.retention", now);
        return remove(new Stored<>((ManagedKey) found.entry(), found.text()), now, entry);
    }

    /** Returns the time by which to judge what has ended, epoch milliseconds. */
    public long time() {
        return now();
    }

    /** Tells whether {@code key} has ended, and longer ago than {@code age}. */
    public boolean isEnded(ManagedKey key, Duration age, long now) {
        return !key.usable(now) && now - end(key) >= age.toMillis();
    }

    /**
     * Takes away a key that {@link #isEnded} before its time; false if it may be used in the index and stays. Its string cannot
     * come back until that time.
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
        // A change that never got there would else never get there.
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
