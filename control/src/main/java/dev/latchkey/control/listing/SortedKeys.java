package dev.latchkey.control.listing;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.ManagedKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Reads pages in an order that the ledger does not have: looks at all keys of the workspace, a chunk at a time, and keeps the
 * first ones after the page before, so that it takes the memory of a page and a chunk. A key whose value changes between two
 * pages may be on both or on none. Thread-safe.
 */
final class SortedKeys {
    private static final int CHUNK = 500;

    private final Ledger ledger;

    SortedKeys(Ledger ledger) {
        this.ledger = ledger;
    }

    Excerpt read(String workspace, KeyFilter filter, KeyOrder order, Optional<Place> after, int size) {
        Comparator<Place> comparator = order.comparator();
        // One more than the page, to know whether there is another.
        NavigableMap<Place, ManagedKey> first = new TreeMap<>(comparator);
        String last = "";
        List<String> ids;
        do {
            ids = ledger.keyIdsAfter(workspace, last, CHUNK);
            List<ManagedKey> keys =
                    ledger.keys(workspace, ids).stream().filter(filter::shows).toList();
            List<OptionalLong> uses = lastUses(workspace, keys, order);
            for (int i = 0; i < keys.size(); i++) {
                Place place = order.place(keys.get(i), uses.get(i));
                if (after.isEmpty() || comparator.compare(place, after.get()) > 0) {
                    first.put(place, keys.get(i));
                    if (first.size() > size + 1) {
                        first.pollLastEntry();
                    }
                }
            }
            last = ids.isEmpty() ? last : ids.get(ids.size() - 1);
        } while (ids.size() == CHUNK);
        return excerpt(first, size);
    }

    private List<OptionalLong> lastUses(String workspace, List<ManagedKey> keys, KeyOrder order) {
        return order.byLastUse()
                ? ledger.lastUsed(workspace, keys.stream().map(ManagedKey::id).toList())
                : keys.stream().map(key -> OptionalLong.empty()).toList();
    }

    private static Excerpt excerpt(NavigableMap<Place, ManagedKey> first, int size) {
        if (first.size() <= size) {
            return new Excerpt(new ArrayList<>(first.values()), Optional.empty());
        }
        first.pollLastEntry();
        return new Excerpt(new ArrayList<>(first.values()), Optional.of(first.lastKey()));
    }
}
