package dev.latchkey.control.index;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.RedisCalls.Answer;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.upkeep.Reconciler;
import dev.latchkey.key.KeyDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A carrier of changes from the ledger to the index. First comes the ledger's step, then the write to the index, then
 * the removal of the note. A process that stops in between leaves the note, and the {@link Reconciler} resumes there.
 *
 * <p>This class is thread-safe.
 */
public final class Projector {
    private static final Logger log = LoggerFactory.getLogger(Projector.class);

    private final Ledger ledger;
    private final IndexWriter index;
    private final Clock clock;
    private final Handover handover;

    public Projector(Ledger ledger, IndexWriter index, Clock clock) {
        this.ledger = ledger;
        this.index = index;
        this.clock = clock;
        this.handover = new Handover(ledger, this, clock);
    }

    /** Returns the handover, which completes each new key: either its response was sent, or the key is withdrawn. */
    public Handover handover() {
        return handover;
    }

    /**
     * Writes {@code entry} to the index. On return, the index holds the entry or a later revision, unless there is a
     * conflict. A conflict is logged and not retried, because a retry would not resolve it.
     */
    public Projection project(LedgerEntry entry) {
        Projection projection = index.write(entry);
        logConflict(entry, projection);
        try {
            ledger.settle(entry);
        } catch (StoreException e) {
            // The caller waits only for the index, which has the entry. The note merely causes another look.
            log.debug("note of {} of {} stays: {}", entry.field(), entry.workspace(), e.getMessage());
        }
        // If the key was removed from the ledger after it was read, this write has restored its record, which must go.
        endedAndWritten(entry, projection).ifPresent(key -> takeBack(List.of(key)));
        return projection;
    }

    /**
     * Returns a generation of the keys of {@code workspace} that is not below the generation in the index. If the
     * index's record cannot be read, the result is the current time in milliseconds, which no earlier revocation of all
     * keys can have reached.
     */
    public long generation(String workspace) {
        OptionalLong held = index.generation(workspace);
        if (held.isEmpty()) {
            log.warn(
                    "the index's record of workspace {} cannot be read and is replaced; keys of before a"
                            + " generation that nobody knows are not let through again",
                    workspace);
        }
        return held.orElseGet(clock::millis);
    }

    /**
     * Removes a key from the index that was removed from the ledger, and the remaining data of the key.
     *
     * @param note the note of the ledger's step; removed last
     */
    public void remove(String workspace, Pending note) {
        KeyDigest digest = note.removed().orElseThrow();
        if (!index.remove(digest, note.field(), workspace)) {
            log.error(
                    "{} of {} is gone from the ledger, but under its name the index holds what is another's or"
                            + " may be used: that stays",
                    note.field(),
                    workspace);
        }
        ledger.forgetKey(workspace, note.field());
        ledger.settle(workspace, note);
    }

    /** Writes {@code entries} to the index in one batch with one result per entry, and leaves their notes. */
    public List<Answer<Projection>> show(List<? extends LedgerEntry> entries) {
        List<Answer<Projection>> shown = index.write(entries);
        List<ManagedKey> ended = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            if (shown.get(i) instanceof Answer.Given<Projection> given) {
                LedgerEntry entry = entries.get(i);
                logConflict(entry, given.value());
                endedAndWritten(entry, given.value()).ifPresent(ended::add);
            }
        }
        takeBack(ended);
        return shown;
    }

    private static void logConflict(LedgerEntry entry, Projection projection) {
        if (projection.outcome() == Projection.Outcome.CONFLICT) {
            log.error("{} of {}: {}", entry.field(), entry.workspace(), IndexWriter.CONFLICT);
        }
    }

    private Optional<ManagedKey> endedAndWritten(LedgerEntry shown, Projection projection) {
        return projection.outcome() == Projection.Outcome.WRITTEN
                        && shown instanceof ManagedKey key
                        && !key.usable(clock.millis())
                ? Optional.of(key)
                : Optional.empty();
    }

    /** Removes ended keys from the index again if the ledger no longer has them. */
    private void takeBack(List<ManagedKey> ended) {
        List<Answer<@Nullable String>> records = ledger.texts(ended, ManagedKey::workspace, ManagedKey::field);
        for (int i = 0; i < ended.size(); i++) {
            ManagedKey key = ended.get(i);
            try {
                if (records.get(i).orThrow() == null) {
                    index.remove(key.digest(), key.id(), key.workspace());
                }
            } catch (StoreException e) {
                log.warn("{} of {} may have come back to the index: {}", key.id(), key.workspace(), e.getMessage());
            }
        }
    }

    /** Writes every revocation of the workspace's keys, and of the workspace itself, that the index might lack. */
    public void projectRevoked(String workspace) {
        ledger.forEachPending(
                workspace,
                note -> ledger.find(workspace, note.field())
                        .map(Stored::entry)
                        .filter(LedgerEntry::closed)
                        .ifPresent(this::project));
    }

    /**
     * Makes a new key usable and allows its secret to be shown. If this method returns false or throws, the secret must
     * not be shown, and the caller must withdraw the key.
     */
    public boolean confirm(ManagedKey key) {
        return show(key) && ledger.confirm(key);
    }

    /** Writes a new key to the index, and leaves its note: as long as the note is there, the key is to be withdrawn. */
    public boolean show(ManagedKey key) {
        return index.write(key).taken();
    }
}
