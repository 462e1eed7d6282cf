package dev.latchkey.control.listing;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violations;
import java.time.Clock;
import java.util.Optional;

/** The listing of the keys of a workspace. This class is thread-safe. */
public final class KeyListing {
    /** Enough for two lists of 100,000 keys, sorted by name or by a time. */
    private static final long SNAPSHOT_BYTES = 48L << 20;

    private final KeyDirectory directory;
    private final KeysByAge byAge;
    private final SortedKeys sorted;
    private final Clock clock;

    public KeyListing(Ledger ledger, Clock clock) {
        this.directory = new KeyDirectory(ledger, clock);
        this.byAge = new KeysByAge(ledger);
        this.sorted = new SortedKeys(ledger, new Snapshots(SNAPSHOT_BYTES, System::nanoTime));
        this.clock = clock;
    }

    /**
     * Returns one page of keys. Ordered by age, a page reads its own keys and the next key only, unless the filter
     * skips keys. Any other order reads all keys of the workspace, once for all pages that follow each other quickly.
     *
     * @throws RefusedException if the request is invalid, with all violations at once, or if there is no such workspace
     * @throws StoreException if Redis does not answer
     */
    public Page<KeyView> list(KeyQuery query, PageRequest request) {
        Violations violations = new Violations();
        violations.workspace("workspace", query.workspace());
        int size = violations.pageSize(request.size());
        KeyFilter asked = KeyFilter.of(query, clock.millis(), violations);
        KeyOrder order = KeyOrder.parse(query.orderBy(), violations);
        PageTokens tokens = new PageTokens(query, order);
        Optional<PageCursor> after = tokens.decode(request.token(), violations);
        violations.throwIfAny();
        ManagedWorkspace found = directory.requireWorkspace(query.workspace());

        KeyFilter filter = asked.within(found);
        String workspace = query.workspace();
        KeyPage page = order.byAge()
                ? byAge.read(
                        workspace,
                        filter,
                        order.descending(),
                        after.map(PageCursor::id).orElse(""),
                        size)
                : sorted.read(tokens.list(), workspace, filter, order, after, size);
        return new Page<>(
                directory.views(found, page.keys()),
                page.end().map(tokens::encode).orElse(""));
    }
}
