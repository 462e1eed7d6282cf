package dev.latchkey.control.listing;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.ManagedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads pages in the order in which the ledger has the keys. Where none is passed over, one page is read and the key after it;
 * else as many more as it is likely to take, which at last is bounded: then the caller has the next turn. Thread-safe.
 */
final class KeysByAge {
    /** The most that one page looks at: some tens of milliseconds of Redis' time. */
    static final int MAX_LOOKED_AT = 10_000;

    private static final int MAX_CHUNK = 1001;

    private final Ledger ledger;

    KeysByAge(Ledger ledger) {
        this.ledger = ledger;
    }

    /** @param after the id of a key, or empty for the first page */
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

    /** Returns how many more to look at for {@code missing} ones, if the others are like those before. */
    private static int likely(int missing, int found, int lookedAt) {
        return Math.min(MAX_CHUNK, 1 + missing * lookedAt / Math.max(1, found));
    }
}
