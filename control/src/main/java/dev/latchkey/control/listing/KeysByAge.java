package dev.latchkey.control.listing;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.ManagedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A reader of pages in the order of the ledger. If the filter skips no key, it reads one page and the next key.
 * Otherwise it reads as many more keys as it probably needs. The number of keys per page request is bounded; beyond the
 * limit the page can be incomplete and the caller continues with the next page. This class is thread-safe.
 */
final class KeysByAge {
    /** The bound on the keys that one page request reads: some tens of milliseconds of Redis' time. */
    static final int MAX_LOOKED_AT = 10_000;

    private static final int MAX_CHUNK = 1001;

    private final Ledger ledger;

    KeysByAge(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Reads one page.
     *
     * @param after the id of the key before the page; empty for the first page
     */
    KeyPage read(String workspace, KeyFilter filter, boolean newestFirst, String after, int size) {
        List<ManagedKey> found = new ArrayList<>();
        String last = after;
        int chunk = size + 1;
        for (int lookedAt = 0; lookedAt < MAX_LOOKED_AT; ) {
            List<String> ids = newestFirst
                    ? ledger.keyIdsBefore(workspace, last, chunk)
                    : ledger.keyIdsAfter(workspace, last, chunk);
            for (ManagedKey key : ledger.keys(workspace, ids)) {
                boolean shown = filter.shows(key);
                if (shown && found.size() == size) {
                    return new KeyPage(found, Optional.of(new PageCursor("", last)));
                }
                if (shown) {
                    found.add(key);
                }
                last = key.id();
            }
            if (ids.size() < chunk) {
                return new KeyPage(found, Optional.empty());
            }
            last = ids.get(ids.size() - 1);
            lookedAt += ids.size();
            chunk = likely(size + 1 - found.size(), found.size(), lookedAt);
        }
        return new KeyPage(found, Optional.of(new PageCursor("", last)));
    }

    /** Returns how many more keys to read to find {@code missing} matches, at the match rate so far. */
    private static int likely(int missing, int found, int lookedAt) {
        return Math.min(MAX_CHUNK, 1 + missing * lookedAt / Math.max(1, found));
    }
}
