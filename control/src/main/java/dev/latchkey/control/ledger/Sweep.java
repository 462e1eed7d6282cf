package dev.latchkey.control.ledger;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the whole ledger to the index, a page at a time: mends what Redis has lost in a failover or somebody has damaged. Begins
 * when asked to and a day after it last began. Records of which the ledger knows nothing are left alone. On its way it takes
 * away what was kept long enough, see {@link Retention}.
 *
 * <p>{@link #step} is for one thread, {@link #begin} for any.
 */
public final class Sweep {
    private static final Logger log = LoggerFactory.getLogger(Sweep.class);
    private static final long PERIOD_NANOS = 24L * 60 * 60 * 1_000_000_000;
    private static final int PAGE = 100;

    private final Ledger ledger;
    private final IndexWriter index;
    private final Projector projector;
    private final Retention retention;
    private final LongSupplier nanos;
    private final AtomicBoolean wanted = new AtomicBoolean();
    private long begunAt;
    private boolean underWay;
    private String workspace = "";
    private @Nullable String key;
    private boolean trimming;
    private int mended;

    /** @param nanos {@code System::nanoTime} */
    public Sweep(Ledger ledger, IndexWriter index, Projector projector, Retention retention, LongSupplier nanos) {
        this.ledger = ledger;
        this.index = index;
        this.projector = projector;
        this.retention = retention;
        this.nanos = nanos;
        this.begunAt = nanos.getAsLong();
    }

    /** Asks for a sweep from the start, also if one is under way. */
    public void begin() {
        wanted.set(true);
    }

    /** Goes on by one page. Never throws; false means that there is nothing to do now. */
    public boolean step() {
        if (wanted.getAndSet(false) || nanos.getAsLong() - begunAt >= PERIOD_NANOS) {
            restart();
        }
        try {
            if (underWay && !page()) {
                log.info("the index was compared with the ledger: {} records mended", mended);
                underWay = false;
            }
            return underWay;
        } catch (StoreException e) {
            // The same page again, when Redis answers.
            log.debug("comparing the index with the ledger waits: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.error("comparing the index with the ledger failed in {}, which is left out", workspace, e);
            key = null;
        }
        return false;
    }

    private void restart() {
        begunAt = nanos.getAsLong();
        underWay = true;
        workspace = "";
        key = null;
        trimming = false;
        mended = 0;
    }

    /** Returns false if there is no further page. */
    private boolean page() {
        long now = retention.now();
        trimming = trimming && retention.trim(workspace, now);
        if (trimming) {
            return true;
        }
        String after = key;
        if (after == null) {
            List<String> next = ledger.workspacesAfter(workspace, 1);
            if (next.isEmpty()) {
                return false;
            }
            workspace = next.get(0);
            trimming = true;
            show(ManagedWorkspace.FIELD, now);
            after = "";
        }
        List<String> ids = ledger.keyIdsAfter(workspace, after, PAGE);
        ids.forEach(id -> show(id, now));
        key = ids.size() < PAGE ? null : ids.get(ids.size() - 1);
        return true;
    }

    private void show(String field, long now) {
        try {
            ledger.find(workspace, field).ifPresent(found -> show(found, now));
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            log.error("{} of {} is not compared with the index: {}", field, workspace, e.getMessage());
        }
    }

    private void show(Stored<? extends LedgerEntry> found, long now) {
        if (retention.isOver(found.entry(), now) && retention.remove(found, now)) {
            return;
        }
        Projection projection = index.write(found.entry());
        report(found.entry().field(), projection);
        projector.takeBackIfRemoved(found.entry(), projection);
    }

    private void report(String field, Projection projection) {
        if (projection.outcome() == Projection.Outcome.WRITTEN) {
            mended++;
            log.warn("{} of {} was not in the index as in the ledger: mended", field, workspace);
        } else if (projection.outcome() == Projection.Outcome.CONFLICT) {
            log.error("{} of {}: {}", field, workspace, IndexWriter.CONFLICT);
        }
    }
}
