package dev.latchkey.index;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A limit on the number of concurrent reads, over any number of connections. Reads beyond the limit fail at once with
 * {@code OVERLOADED}; nothing queues.
 *
 * <p>This class is thread-safe and takes no lock.
 */
public final class ReadBudget {
    private final int limit;
    private final AtomicInteger underWay = new AtomicInteger();

    public ReadBudget(int limit) {
        this.limit = limit;
    }

    /** Returns the number of reads in flight. */
    public int underWay() {
        return underWay.get();
    }

    <T> CompletableFuture<T> read(Supplier<CompletableFuture<T>> read) {
        if (underWay.incrementAndGet() > limit) {
            underWay.decrementAndGet();
            return CompletableFuture.failedFuture(new IndexException(
                    IndexException.Fault.OVERLOADED, "more than " + limit + " reads of the index at once"));
        }
        return begun(read).whenComplete((found, failure) -> underWay.decrementAndGet());
    }

    /** Starts the read. This method never throws: a read whose end goes unnoticed would hold its place forever. */
    private static <T> CompletableFuture<T> begun(Supplier<CompletableFuture<T>> read) {
        try {
            return Objects.requireNonNull(read.get(), "read");
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
