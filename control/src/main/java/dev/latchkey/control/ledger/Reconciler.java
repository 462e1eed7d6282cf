package dev.latchkey.control.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what calls have left unfinished: carries every change that has a note to the index, withdraws new keys whose maker did
 * not come back, and notes of which nobody knows whether their secret was sent. Several may run against one Redis.
 *
 * <p>{@link #pass} is for one thread; the rest is thread-safe.
 */
public final class Reconciler {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final Ledger ledger;
    private final Projector projector;
    private final RedisCalls redis;
    private final Clock clock;
    private final Counter healed;
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

    /** Looks at every note once. Never throws; false means that it did not get to the end. */
    public boolean pass() {
        try {
            projector.handover().retry();
            for (String workspace : ledger.recent()) {
                drain(workspace);
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

    /** Returns why the last pass did not get to the end; empty if it did. Holds no secret. */
    public Optional<String> problem() {
        return problem;
    }

    private void drain(String workspace) {
        AtomicInteger notes = new AtomicInteger();
        ledger.forEachPending(workspace, note -> {
            notes.incrementAndGet();
            finish(workspace, note);
        });
        if (projector.handover().review(workspace) + notes.get() == 0) {
            ledger.forget(workspace);
        }
    }

    private void finish(String workspace, Pending note) {
        if (note.removed().isPresent()) {
            projector.remove(workspace, note);
            return;
        }
        Optional<? extends Stored<? extends LedgerEntry>> found;
        try {
            found = ledger.find(workspace, note.field());
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            // One damaged record must not hold up the others; nothing can be shown to the index.
            log.error("{} of {} is not carried to the index: {}", note.field(), workspace, e.getMessage());
            found = Optional.empty();
        }
        if (found.isEmpty()) {
            ledger.settle(workspace, note);
        } else if (note.isUnseen()) {
            finishUnseen(found.get());
        } else {
            keepClaims(found.get().entry());
            projector.project(found.get().entry());
            healed.increment();
            log.info("{} of {} is carried to the index after the call that changed it", note.field(), workspace);
        }
    }

    private void keepClaims(LedgerEntry entry) {
        if (entry instanceof ManagedKey key) {
            ledger.claims().keep(key);
        }
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
