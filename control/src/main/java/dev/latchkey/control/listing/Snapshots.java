package dev.latchkey.control.listing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A cache of sorted lists for reading the pages after the first. A snapshot holds only the sort value and the id of
 * each key, as they were when the list was sorted. A snapshot is dropped one minute after its last use. If all
 * snapshots together grow too large, the least recently used ones are dropped. A snapshot grants no access: any caller
 * who can read a page can read the list.
 *
 * <p>This class is thread-safe.
 */
final class Snapshots {
    /** The approximate memory per key in a snapshot, in addition to its texts. */
    private static final int OVERHEAD_BYTES = 120;

    private static final long IDLE_NANOS = Duration.ofMinutes(1).toNanos();

    private final long maxBytes;
    private final LongSupplier nanos;
    private final Map<String, Snapshot> byList = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);
    private long bytes;

    private static final class Snapshot {
        private final List<PageCursor> places;
        private final long bytes;
        private long usedAt;

        Snapshot(List<PageCursor> places, long bytes, long usedAt) {
            this.places = places;
            this.bytes = bytes;
            this.usedAt = usedAt;
        }
    }

    /**
     * @param maxBytes the approximate limit on the memory of all snapshots
     * @param nanos {@code System::nanoTime}
     */
    Snapshots(long maxBytes, LongSupplier nanos) {
        this.maxBytes = maxBytes;
        this.nanos = nanos;
    }

    /** Returns the sorted cursors of {@code list}; empty if there is no snapshot of the list. */
    synchronized Optional<List<PageCursor>> find(String list) {
        dropIdle();
        Snapshot found = byList.get(list);
        if (found == null) {
            return Optional.empty();
        }
        found.usedAt = nanos.getAsLong();
        return Optional.of(found.places);
    }

    /**
     * Keeps {@code places}, which are sorted, and replaces an older snapshot of the list. A snapshot that exceeds the
     * limit is not kept.
     */
    synchronized void keep(String list, List<PageCursor> places) {
        drop(list);
        long size = places.stream()
                .mapToLong(place -> OVERHEAD_BYTES
                        + place.id().length()
                        + 2L * place.value().length())
                .sum();
        if (size > maxBytes) {
            return;
        }
        while (bytes + size > maxBytes) {
            drop(byList.keySet().iterator().next());
        }
        byList.put(list, new Snapshot(List.copyOf(places), size, nanos.getAsLong()));
        bytes += size;
    }

    /** Drops the snapshot of {@code list}, if there is one. */
    synchronized void drop(String list) {
        Snapshot dropped = byList.remove(list);
        bytes -= dropped == null ? 0 : dropped.bytes;
    }

    private void dropIdle() {
        long now = nanos.getAsLong();
        List<String> idle = new ArrayList<>();
        byList.forEach((list, snapshot) -> {
            if (now - snapshot.usedAt >= IDLE_NANOS) {
                idle.add(list);
            }
        });
        idle.forEach(this::drop);
    }
}
