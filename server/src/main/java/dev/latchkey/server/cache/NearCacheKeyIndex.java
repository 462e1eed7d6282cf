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
 * A key index that answers from memory while its records are known to be valid, and otherwise delegates to another
 * index. An epoch begins when a connection is confirmed on which Redis pushes every change, and ends with that
 * connection. Between epochs, and while the lease of an epoch is not held, no record in memory is used.
 *
 * <p>This class is thread-safe. A hit waits for no lock (unless its record is due for renewal), performs no I/O
 * and switches no thread.
 */
public class NearCacheKeyIndex implements KeyIndex {
    private final KeyIndex direct;
    private final CacheLimits limits;
    private final LongSupplier nanos;
    private final CacheCounters counters = new CacheCounters();
    private final AtomicLong epochs = new AtomicLong();
    private final AtomicReference<@Nullable Epoch> current = new AtomicReference<>();

    /** The records read over one connection, and the lease under which they are valid. */
    public static final class Epoch {
        /** Positive and unique. */
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
     * Creates a cache on the system clock. The class of the clock is the same for every cache, so that code compiled
     * during the warm-up fits, as in {@code IndexClock.ofSystem}.
     *
     * @param direct the index to read while memory must not be used; bounded in time and in concurrent reads
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
        // Between epochs the stamp is the negated count: an epoch that began and ended between two stamps must show.
        return epoch == null ? -epochs.get() : epoch.number;
    }

    public final CacheCounters counters() {
        return counters;
    }

    /** Returns whether records in memory can be used now. */
    public final boolean open() {
        return usable() != null;
    }

    /**
     * Begins an epoch with nothing in memory.
     *
     * @param reader reads over the connection whose pushes are passed to {@link #evictKey} and {@link #evictWorkspace}
     */
    public final Epoch begin(KeyIndex reader, Lease lease) {
        Epoch epoch =
                new Epoch(epochs.incrementAndGet(), lease, records(reader::findKey), records(reader::findWorkspace));
        current.set(epoch);
        return epoch;
    }

    /** Ends {@code epoch} and drops its records. Does nothing if another epoch is current. */
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

    /**
     * Creates the records of an epoch (I5). A separate method, so that a test can override it and show
     * the fault without I5.
     */
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
