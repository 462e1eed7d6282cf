package dev.latchkey.control.upkeep;

import dev.latchkey.control.index.Projection;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.upkeep.SweepReader.Part;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the ledger to the index, a page at a time, each page in a few round trips whatever is on it. The ledger is gone through
 * twice: first for what takes access away (revoked keys, inactive workspaces), so that this is mended soon, then for all.
 * Records of which the ledger knows nothing are left alone.
 *
 * <p>This class is thread-safe; it keeps nothing between two pages.
 */
public final class Comparison {
    private static final Logger log = LoggerFactory.getLogger(Comparison.class);
    /** Records that may be read in a second, so that Redis has time for others; to show one costs it as much as to read four. */
    private static final int READS_PER_SECOND = 8000;

    private static final int READS_PER_SHOWN = 4;

    private final Ledger ledger;
    private final Projector projector;
    private final SweepReader reader;

    public Comparison(Ledger ledger, Projector projector, RedisCalls redis) {
        this.ledger = ledger;
        this.projector = projector;
        this.reader = new SweepReader(redis, ledger);
    }

    /**
     * What came of a page.
     *
     * @param workspaces that were begun
     * @param read records of the ledger
     * @param shown those that were shown to the index
     * @param mended those that the index had otherwise, or not at all
     * @param next where the next page begins; empty: this was the last
     */
    public record Page(List<String> workspaces, int read, int shown, int mended, Optional<SweepPlace> next) {
        public Page {
            workspaces = List.copyOf(workspaces);
        }

        /** Returns how long the page takes at the pace that leaves Redis time for others. */
        public long millis() {
            return Comparison.millis(read, shown);
        }
    }

    /**
     * Looks at what is to be kept no longer, before it is shown to the index.
     *
     * @see Retention
     */
    @FunctionalInterface
    interface Keeping {
        /** Tells whether a record stays, and was not taken away. */
        boolean keeps(Stored<? extends LedgerEntry> record);
    }

    /**
     * Compares the page that follows {@code from}, and takes nothing away.
     *
     * @throws StoreException if Redis does not answer; the same page can be compared again
     */
    public Page page(SweepPlace from) {
        return page(from, record -> true);
    }

    Page page(SweepPlace from, Keeping keeping) {
        List<Part> parts = reader.parts(from);
        List<Stored<? extends LedgerEntry>> read = reader.records(parts);
        List<? extends LedgerEntry> shown = read.stream()
                .filter(record ->
                        from.all() ? keeping.keeps(record) : record.entry().closed())
                .map(Stored::entry)
                .toList();
        List<String> workspaces =
                from.key().isEmpty() ? parts.stream().map(Part::workspace).toList() : List.of();
        return new Page(workspaces, read.size(), shown.size(), show(shown), next(from, parts));
    }

    /** Returns how long so many records take at the pace that leaves Redis time for others. */
    static long millis(int read, int shown) {
        return 1 + 1000L * (read + READS_PER_SHOWN * shown) / READS_PER_SECOND;
    }

    /** Returns the place after the workspace that follows {@code from}, whatever is in it; empty at the end. */
    Optional<SweepPlace> skip(SweepPlace from) {
        if (!from.key().isEmpty()) {
            return Optional.of(new SweepPlace(from.all(), from.workspace(), ""));
        }
        return ledger.workspacesAfter(from.workspace(), 1).stream()
                .map(workspace -> new SweepPlace(from.all(), workspace, ""))
                .findFirst();
    }

    private static Optional<SweepPlace> next(SweepPlace from, List<Part> parts) {
        if (parts.isEmpty()) {
            return from.all() ? Optional.empty() : Optional.of(new SweepPlace(true, "", ""));
        }
        Part last = parts.get(parts.size() - 1);
        return Optional.of(new SweepPlace(from.all(), last.workspace(), last.more() ? last.last() : ""));
    }

    /** Returns how many the index had otherwise. */
    private int show(List<? extends LedgerEntry> entries) {
        List<RedisCalls.Answer<Projection>> shown = projector.show(entries);
        int mended = 0;
        for (int i = 0; i < entries.size(); i++) {
            if (shown.get(i).orThrow().outcome() == Projection.Outcome.WRITTEN) {
                LedgerEntry entry = entries.get(i);
                mended++;
                log.debug("{} of {} was not in the index as in the ledger: mended", entry.field(), entry.workspace());
            }
        }
        return mended;
    }
}
