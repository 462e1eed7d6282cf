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
 * Carries what the ledger holds to the index: first the ledger's step, then the index, then the note is taken away. Whoever
 * stops in between leaves the note, and the {@link Reconciler} goes on from there.
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

    /** Returns what sees new keys to the end: answered, or withdrawn. */
    public Handover handover() {
        return handover;
    }

    /**
     * Shows {@code entry} to the index, which holds it, or what came after it, on return. A conflict is logged and not tried
     * again: trying would not mend it.
     */
    public Projection project(LedgerEntry entry) {
        Projection projection = index.write(entry);
        logConflict(entry, projection);
        try {
            ledger.settle(entry);
        } catch (StoreException e) {
            // The index has it, which is what the caller waits for. The note only makes the reconciler look again.
            log.debug("note of {} of {} stays: {}", entry.field(), entry.workspace(), e.getMessage());
        }
        // Who shows the index a key that was removed since it was read must not leave the record behind.
        endedAndWritten(entry, projection).ifPresent(key -> takeBack(List.of(key)));
        return projection;
    }

    /**
     * Returns a generation of the keys of {@code workspace} that is not below the one that the index lets through. If the index's
     * record cannot be read, that is one which no earlier revoke of all keys can have reached: the time in milliseconds.
     */
    public long generation(String workspace) {
        OptionalLong held = index.generation(workspace);
        if (held.isEmpty()) {
            log.warn(
                    "the index's record of workspace {} cannot be read and is replaced; keys of before a generation that"
                            + " nobody knows are not let through again",
                    workspace);
        }
        return held.orElseGet(clock::millis);
    }

    /**
     * Carries it to the index that the ledger has a key no more, with all that is kept of the key elsewhere.
     *
     * @param note of the ledger's step; goes last
     */
    public void remove(String workspace, Pending note) {
        KeyDigest digest = note.removed().orElseThrow();
        if (!index.remove(digest, note.field(), workspace)) {
            log.error(
                    "{} of {} is gone from the ledger, but under its name the index holds what is another's or may be used:"
                            + " that stays",
                    note.field(),
                    workspace);
        }
        ledger.forgetKey(workspace, note.field());
        ledger.settle(workspace, note);
    }

    /** Shows all of {@code entries} to the index together, and leaves their notes; each is answered for itself. */
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

    /** Shows the index every revoke of the workspace's keys, and of itself, that it may not have yet. */
    public void projectRevoked(String workspace) {
        ledger.forEachPending(
                workspace,
                note -> ledger.find(workspace, note.field())
                        .map(Stored::entry)
                        .filter(LedgerEntry::closed)
                        .ifPresent(this::project));
    }

    /**
     * Makes a new key usable and its secret one that may be shown. False, or an exception, means that it must not be shown; then
     * the key is to be withdrawn.
     */
    public boolean confirm(ManagedKey key) {
        return show(key) && ledger.confirm(key);
    }

    /** Shows a new key to the index, and leaves its note: until that is gone, the key is to be withdrawn. */
    public boolean show(ManagedKey key) {
        return index.write(key).taken();
    }
}
