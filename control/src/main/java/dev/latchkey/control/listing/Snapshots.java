package dev.latchkey.control.listing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The order in which lists stood when their first page was read, for the pages after it: where each key stands and its id, no
 * more. A snapshot is dropped a minute after its last use, and the least recently used ones when all together grow too large.
 * It grants nothing: whoever reads a page may read the list.
 *
 * <p>This class is thread-safe.
 */
final class Snapshots {
    /** Of a key in a snapshot, beside its texts. */
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
     * @param maxBytes of memory that all of them may take, roughly
     * @param nanos {@code System::nanoTime}
     */
    Snapshots(long maxBytes, LongSupplier nanos) {
        this.maxBytes = maxBytes;
        this.nanos = nanos;
    }

    /** Returns the places of {@code list} in their order; empty if there is no snapshot of it. */
    synchronized Optional<List<PageCursor>> find(String list) {
        dropIdle();
        Snapshot found = byList.get(list);
        if (found == null) {
            return Optional.empty();
        }
        found.usedAt = nanos.getAsLong();
        return Optional.of(found.places);
    }

    /** Keeps {@code places}, in their order, in the place of an older snapshot; one that is too large is not kept. */
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

    /** Forgets the snapshot of a list that was read to its end. */
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
