package dev.latchkey.control.upkeep;

import dev.latchkey.control.index.Handover;
import dev.latchkey.control.index.Projection;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.Noted;
import dev.latchkey.control.ledger.NotesPage;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.StoreException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that finishes the work that calls have left unfinished. It carries every change that has a note to the index,
 * withdraws new keys whose call was abandoned, and marks keys as unconfirmed if nobody knows whether their secret was
 * sent. Several reconcilers can run against one Redis. Changes are processed in batches of a few round trips each, at
 * the pace of the {@link Sweep}.
 *
 * <p>{@link #pass} and {@link #pauseMillis} must be called by one thread at a time; the rest is thread-safe.
 */
public final class Reconciler {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    /**
     * The approximate number of changes that a pass carries. After a pass, Redis has time for other commands, above all
     * for commands that revoke keys.
     */
    private static final int CHANGES = 500;

    /** The number of changes that are sent together: a concurrent call waits for at most one such batch. */
    private static final int BATCH = 250;

    private static final int WORKSPACES = 50;

    private final Ledger ledger;
    private final Projector projector;
    private final RedisCalls redis;
    private final Clock clock;
    private final Counter healed;
    private int carried;
    private volatile Optional<String> problem = Optional.of("no pass over the ledger yet");

    public Reconciler(Ledger ledger, Projector projector, RedisCalls redis, Clock clock, MeterRegistry metrics) {
        this.ledger = ledger;
        this.projector = projector;
        this.redis = redis;
        this.clock = clock;
        this.healed = Counter.builder("latchkey.reconciled")
                .description("Changes that the reconciler and not the call itself has carried to the index")
                .register(metrics);
    }

    /**
     * Looks at every note once, or carries {@link #CHANGES} changes and leaves the rest to the next pass. Never throws.
     * Returns false if an error stopped the pass.
     */
    public boolean pass() {
        carried = 0;
        try {
            projector.handover().retry();
            List<String> recent = ledger.recent();
            for (int i = 0; i < recent.size() && !tired(); i += WORKSPACES) {
                drain(recent.subList(i, Math.min(i + WORKSPACES, recent.size())));
            }
            report(Optional.empty());
            return true;
        } catch (StoreException e) {
            report(Optional.of(redis.reason(e)));
        } catch (RuntimeException e) {
            log.error("a pass over the ledger failed", e);
            report(Optional.of("a pass over the ledger failed, see the log"));
        }
        return false;
    }

    /**
     * Returns the pause in milliseconds before an unfinished pass continues, so that Redis has time for others; empty
     * if the pass has finished.
     */
    public OptionalLong pauseMillis() {
        return tired() ? OptionalLong.of(Comparison.millis(carried, carried)) : OptionalLong.empty();
    }

    /** Returns why the last pass failed; empty if it did not. Contains no secret. */
    public Optional<String> problem() {
        return problem;
    }

    private boolean tired() {
        return carried >= CHANGES;
    }

    private void drain(List<String> workspaces) {
        Set<String> quiet = new LinkedHashSet<>(workspaces);
        List<NotesPage> pages = workspaces.stream().map(NotesPage::start).toList();
        while (!pages.isEmpty()) {
            pages = ledger.notesAfter(pages);
            List<Noted> notes = pages.stream()
                    .flatMap(page -> page.notes().stream().map(note -> new Noted(page.workspace(), note)))
                    .toList();
            notes.forEach(noted -> quiet.remove(noted.workspace()));
            for (int i = 0; i < notes.size(); i += BATCH) {
                if (tired()) {
                    return;
                }
                finish(notes.subList(i, Math.min(i + BATCH, notes.size())));
            }
            pages = pages.stream().filter(page -> !page.next().isFinished()).toList();
        }
        // A workspace with neither notes nor open marks leaves the recent workspaces.
        quiet.removeAll(projector.handover().review(workspaces));
        ledger.forget(List.copyOf(quiet));
    }

    private void finish(List<Noted> notes) {
        List<Noted> there = new ArrayList<>();
        for (Noted noted : notes) {
            if (noted.note().removed().isPresent()) {
                projector.remove(noted.workspace(), noted.note());
                carried++;
            } else {
                there.add(noted);
            }
        }
        List<Noted> over = new ArrayList<>();
        List<LedgerEntry> changed = new ArrayList<>();
        List<RedisCalls.Answer<@Nullable String>> texts = ledger.texts(there, Noted::workspace, Noted::field);
        for (int i = 0; i < there.size(); i++) {
            Noted noted = there.get(i);
            Optional<Stored<? extends LedgerEntry>> found = read(noted, texts.get(i));
            if (found.isEmpty()) {
                over.add(noted);
            } else if (noted.note().isUnseen()) {
                finishUnseen(found.get());
            } else {
                changed.add(found.get().entry());
            }
        }
        ledger.settle(over);
        carry(changed);
    }

    private static Optional<Stored<? extends LedgerEntry>> read(Noted noted, RedisCalls.Answer<@Nullable String> text) {
        try {
            return noted.record(Optional.ofNullable(text.orThrow()));
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            // One damaged record must not hold up the others; it has nothing that could be written to the index.
            log.error("{} of {} is not carried to the index: {}", noted.field(), noted.workspace(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Carries changes that take access away first. A change that Redis does not accept holds up none of the others. */
    private void carry(List<LedgerEntry> changed) {
        List<LedgerEntry> entries = changed.stream()
                .sorted(Comparator.comparing(LedgerEntry::closed).reversed())
                .toList();
        ledger.claims()
                .keep(entries.stream()
                        .filter(ManagedKey.class::isInstance)
                        .map(ManagedKey.class::cast)
                        .toList());
        List<RedisCalls.Answer<Projection>> shown = projector.show(entries);
        List<Noted> done = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            LedgerEntry entry = entries.get(i);
            if (shown.get(i) instanceof RedisCalls.Answer.Given<Projection>) {
                done.add(new Noted(entry.workspace(), Pending.of(entry)));
                log.info(
                        "{} of {} is carried to the index after the call that changed it",
                        entry.field(),
                        entry.workspace());
            }
        }
        ledger.settle(done);
        carried += done.size();
        healed.increment(done.size());
        // Everything that was carried is settled by now; the first failure ends the pass.
        shown.forEach(RedisCalls.Answer::orThrow);
    }

    private void finishUnseen(Stored<? extends LedgerEntry> found) {
        if (found.entry() instanceof ManagedKey key
                && clock.millis() - key.createdAt() > Handover.ABANDONED.toMillis()) {
            projector.handover().withdrawUnseen(new Stored<>(key, found.text()));
        }
    }

    private void report(Optional<String> now) {
        problem = now;
        redis.log("reconciler", now, "changes are carried to the index");
    }
}
