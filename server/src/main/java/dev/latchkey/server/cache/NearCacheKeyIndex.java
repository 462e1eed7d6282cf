package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers from memory as long as that is surely true, and else from another index, record by record. An epoch begins with a
 * connection on which Redis is known to push every change, and ends with it; between epochs, and whenever the lease of an epoch
 * is not held, nothing in memory is used.
 *
 * <p>This class is thread-safe. A hit takes no lock, asks nobody and changes threads nowhere.
 */
public final class NearCacheKeyIndex implements KeyIndex {
    private final KeyIndex direct;
    private final CacheLimits limits;
    private final LongSupplier nanos;
    private final CacheCounters counters = new CacheCounters();
    private final AtomicLong epochs = new AtomicLong();
    private volatile @Nullable Epoch current;

    /**
     * What is known through one connection.
     *
     * @param number never 0, never the same twice
     */
    private record Epoch(
            long number,
            Lease lease,
            CachedRecords<KeyDigest, KeyRecord> keys,
            CachedRecords<String, WorkspaceRecord> workspaces) {}

    /**
     * @param direct asked when memory may not be; bounded in time and number
     * @param nanos {@code System::nanoTime}
     */
    public NearCacheKeyIndex(KeyIndex direct, CacheLimits limits, LongSupplier nanos) {
        this.direct = direct;
        this.limits = limits;
        this.nanos = nanos;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        Epoch epoch = usable();
        return epoch == null ? direct.findKey(digest) : epoch.keys.find(digest);
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        Epoch epoch = usable();
        return epoch == null ? direct.findWorkspace(id) : epoch.workspaces.find(id);
    }

    @Override
    public long stamp() {
        Epoch epoch = usable();
        return epoch == null ? 0 : epoch.number;
    }

    public CacheCounters counters() {
        return counters;
    }

    /** Tells whether memory may be used now. */
    public boolean open() {
        return usable() != null;
    }

    /**
     * Begins an epoch with nothing in memory.
     *
     * @param reader over the connection whose pushes will be shown to {@link #evictKey} and {@link #evictWorkspace}
     */
    void begin(KeyIndex reader, Lease lease) {
        current = new Epoch(
                epochs.incrementAndGet(),
                lease,
                new CachedRecords<>(reader::findKey, limits, nanos, counters),
                new CachedRecords<>(reader::findWorkspace, limits, nanos, counters));
    }

    /** Ends the epoch, if there is one, and forgets all. */
    void end() {
        current = null;
    }

    void evictKey(KeyDigest digest) {
        counters.invalidations.increment();
        Epoch epoch = current;
        if (epoch != null) {
            epoch.keys.evict(digest);
        }
    }

    void evictWorkspace(String id) {
        counters.invalidations.increment();
        Epoch epoch = current;
        if (epoch != null) {
            epoch.workspaces.evict(id);
        }
    }

    private @Nullable Epoch usable() {
        Epoch epoch = current;
        if (epoch != null && epoch.lease.held()) {
            return epoch;
        }
        counters.bypasses.increment();
        return null;
    }
}
