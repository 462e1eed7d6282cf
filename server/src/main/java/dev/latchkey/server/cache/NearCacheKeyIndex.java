package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers from memory as long as that is surely true, and else from another index, record by record. An epoch begins with a
 * connection on which Redis is known to push every change, and ends with it; between epochs, and whenever the lease of an epoch
 * is not held, nothing in memory is used.
 *
 * <p>This class is thread-safe. A hit waits for no lock, asks nobody and changes threads nowhere.
 */
public class NearCacheKeyIndex implements KeyIndex {
    private final KeyIndex direct;
    private final CacheLimits limits;
    private final LongSupplier nanos;
    private final CacheCounters counters = new CacheCounters();
    private final AtomicLong epochs = new AtomicLong();
    private final AtomicReference<@Nullable Epoch> current = new AtomicReference<>();

    /** What is known through one connection. */
    public static final class Epoch {
        /** Positive, never the same twice. */
        private final long number;

        private final Lease lease;
        private final CachedRecords<KeyDigest, KeyRecord> keys;
        private final CachedRecords<String, WorkspaceRecord> workspaces;

        private Epoch(
                long number,
                Lease lease,
                CachedRecords<KeyDigest, KeyRecord> keys,
                CachedRecords<String, WorkspaceRecord> workspaces) {
            this.number = number;
            this.lease = lease;
            this.keys = keys;
            this.workspaces = workspaces;
        }
    }

    /**
     * By the clock of the system; of the same class each time, as {@code IndexClock.ofSystem}.
     *
     * @param direct asked when memory may not be; bounded in time and number
     */
    public NearCacheKeyIndex(KeyIndex direct, CacheLimits limits) {
        this(direct, limits, System::nanoTime);
    }

    public NearCacheKeyIndex(KeyIndex direct, CacheLimits limits, LongSupplier nanos) {
        this.direct = direct;
        this.limits = limits;
        this.nanos = nanos;
    }

    @Override
    public final CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        Epoch epoch = usable();
        return epoch == null ? bypass().findKey(digest) : epoch.keys.find(digest);
    }

    @Override
    public final CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        Epoch epoch = usable();
        return epoch == null ? bypass().findWorkspace(id) : epoch.workspaces.find(id);
    }

    @Override
    public final long stamp() {
        Epoch epoch = usable();
        // Also between epochs it is another mark each time: what began and ended meanwhile must not go unnoticed.
        return epoch == null ? -epochs.get() : epoch.number;
    }

    public final CacheCounters counters() {
        return counters;
    }

    /** Tells whether memory may be used now. */
    public final boolean open() {
        return usable() != null;
    }

    /**
     * Begins an epoch with nothing in memory.
     *
     * @param reader over the connection whose pushes will be shown to {@link #evictKey} and {@link #evictWorkspace}
     */
    public final Epoch begin(KeyIndex reader, Lease lease) {
        Epoch epoch =
                new Epoch(epochs.incrementAndGet(), lease, records(reader::findKey), records(reader::findWorkspace));
        current.set(epoch);
        return epoch;
    }

    /** Ends {@code epoch} and forgets all of it; another one goes on. */
    public final void end(Epoch epoch) {
        current.compareAndSet(epoch, null);
    }

    public final boolean isCurrent(Epoch epoch) {
        return current.get() == epoch;
    }

    public final void evictKey(KeyDigest digest) {
        counters.invalidations.increment();
        Epoch epoch = current.get();
        if (epoch != null) {
            epoch.keys.evict(digest);
        }
    }

    public final void evictWorkspace(String id) {
        counters.invalidations.increment();
        Epoch epoch = current.get();
        if (epoch != null) {
            epoch.workspaces.evict(id);
        }
    }

    /** I5. Apart, so that a test can show what happens without it. */
    <K, V> CachedRecords<K, V> records(Function<K, CompletableFuture<Optional<V>>> reader) {
        return new CachedRecords<>(reader, limits, nanos, counters);
    }

    private KeyIndex bypass() {
        counters.bypasses.increment();
        return direct;
    }

    private @Nullable Epoch usable() {
        Epoch epoch = current.get();
        return epoch != null && epoch.lease.held() ? epoch : null;
    }
}
