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
 * A comparison of the ledger with the index that writes the ledger's records to the index, page by page. Each page
 * takes a few round trips, whatever it contains. The comparison passes over the ledger twice: the first pass covers
 * only records that deny access (revoked keys, inactive workspaces), so that they are repaired soon; the second pass
 * covers all records. Index records that the ledger does not know stay as they are.
 *
 * <p>This class is thread-safe. It keeps no state between two pages.
 */
public final class Comparison {
    private static final Logger log = LoggerFactory.getLogger(Comparison.class);
    /**
     * The number of records to read per second, so that Redis has time for other commands. Comparing a record with the
     * index costs Redis as much as reading four records.
     */
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
     * The result of a page.
     *
     * @param workspaces the workspaces that the page began
     * @param read the number of records read from the ledger
     * @param shown the number of records compared with the index
     * @param mended the number of records that were missing or different in the index
     * @param next the start of the next page; empty if this page was the last
     */
    public record Page(List<String> workspaces, int read, int shown, int mended, Optional<SweepPlace> next) {
        public Page {
            workspaces = List.copyOf(workspaces);
        }

        /** Returns how long this page takes at the pace that leaves Redis time for others. */
        public long millis() {
            return Comparison.millis(read, shown);
        }
    }

    /**
     * A check that decides whether a record is kept, before the record is written to the index.
     *
     * @see Retention
     */
    @FunctionalInterface
    interface Keeping {
        /** Returns whether the record stays. If false, the record has been removed. */
        boolean keeps(Stored<? extends LedgerEntry> record);
    }

    /**
     * Compares the page that follows {@code from}, and removes nothing.
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

    /** Returns how long these numbers of records take at the pace that leaves Redis time for others. */
    static long millis(int read, int shown) {
        return 1 + 1000L * (read + READS_PER_SHOWN * shown) / READS_PER_SECOND;
    }

    /**
     * Returns the place after the workspace in which the page at {@code from} begins, whatever the workspace contains;
     * empty if there is no further workspace.
     */
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

    /** Writes {@code entries} to the index. Returns how many of them were missing or different there. */
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
