package dev.latchkey.control.listing;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.ManagedKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A reader of pages in an order that the ledger does not maintain. The first page reads all keys of the workspace in
 * chunks, and keeps a snapshot of their order. The pages after it read only their own keys. If the snapshot was
 * dropped, or another control plane holds it, a page reads all keys again and keeps a new snapshot.
 *
 * <p>A list that is read to its end contains each key of the snapshot at most once. It does not contain keys that were
 * created after the first page, nor keys that no longer match the filter. This class is thread-safe.
 */
final class SortedKeys {
    private static final int CHUNK = 500;

    private final Ledger ledger;
    private final Snapshots snapshots;

    SortedKeys(Ledger ledger, Snapshots snapshots) {
        this.ledger = ledger;
        this.snapshots = snapshots;
    }

    /**
     * Reads one page.
     *
     * @param list the name of the list, which stands for its workspace, filter and order
     */
    KeyPage read(
            String list, String workspace, KeyFilter filter, KeyOrder order, Optional<PageCursor> after, int size) {
        Comparator<PageCursor> comparator = order.comparator();
        List<PageCursor> places = after.flatMap(place -> snapshots.find(list)).orElseGet(() -> {
            List<PageCursor> found = sorted(workspace, filter, order);
            snapshots.keep(list, found);
            return found;
        });
        int from = after.map(place -> follower(places, place, comparator)).orElse(0);
        int to = Math.min(places.size(), from + size);
        List<PageCursor> page = places.subList(from, to);
        boolean last = to == places.size();
        if (last) {
            snapshots.drop(list);
        }
        List<ManagedKey> keys = ledger
                .keys(workspace, page.stream().map(PageCursor::id).toList())
                .stream()
                .filter(filter::shows)
                .toList();
        return new KeyPage(keys, last ? Optional.empty() : Optional.of(page.get(page.size() - 1)));
    }

    /**
     * Returns the index of the first cursor after {@code place}, even if {@code place} itself is no longer in the list.
     */
    private static int follower(List<PageCursor> places, PageCursor place, Comparator<PageCursor> comparator) {
        int found = Collections.binarySearch(places, place, comparator);
        return found < 0 ? -found - 1 : found + 1;
    }

    private List<PageCursor> sorted(String workspace, KeyFilter filter, KeyOrder order) {
        List<PageCursor> places = new ArrayList<>();
        String last = "";
        List<String> ids;
        do {
            ids = ledger.keyIdsAfter(workspace, last, CHUNK);
            List<ManagedKey> keys =
                    ledger.keys(workspace, ids).stream().filter(filter::shows).toList();
            List<OptionalLong> uses = lastUses(workspace, keys, order);
            for (int i = 0; i < keys.size(); i++) {
                places.add(order.place(keys.get(i), uses.get(i)));
            }
            last = ids.isEmpty() ? last : ids.get(ids.size() - 1);
        } while (ids.size() == CHUNK);
        places.sort(order.comparator());
        return places;
    }

    private List<OptionalLong> lastUses(String workspace, List<ManagedKey> keys, KeyOrder order) {
        return order.byLastUse()
                ? ledger.lastUsed(workspace, keys.stream().map(ManagedKey::id).toList())
                : keys.stream().map(key -> OptionalLong.empty()).toList();
    }
}
