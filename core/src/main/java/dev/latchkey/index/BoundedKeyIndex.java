package dev.latchkey.index;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Bounds how many reads are under way at once: the excess fails at once with {@code OVERLOADED}, nothing queues. */
public final class BoundedKeyIndex implements KeyIndex {
    private final KeyIndex delegate;
    private final int limit;
    private final AtomicInteger underWay = new AtomicInteger();

    public BoundedKeyIndex(KeyIndex delegate, int limit) {
        this.delegate = delegate;
        this.limit = limit;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return bounded(() -> delegate.findKey(digest));
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return bounded(() -> delegate.findWorkspace(id));
    }

    /** Returns the number of reads under way. */
    public int underWay() {
        return underWay.get();
    }

    private <T> CompletableFuture<T> bounded(Supplier<CompletableFuture<T>> read) {
        if (underWay.incrementAndGet() > limit) {
            underWay.decrementAndGet();
            return CompletableFuture.failedFuture(new IndexException(
                    IndexException.Fault.OVERLOADED, "more than " + limit + " reads of the index at once"));
        }
        return read.get().whenComplete((found, failure) -> underWay.decrementAndGet());
    }
}
