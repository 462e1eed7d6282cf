package dev.latchkey.server.ops;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Knows whether event loops still run: each is asked now and then, and one that does not answer is stuck or dead. It is asked again by
 * whoever wants to know, so there must be more than one call in any span that matters.
 *
 * <p>This class is thread-safe and never blocks.
 */
public final class LoopWatch {
    private static final long NONE = Long.MIN_VALUE;

    private final List<Loop> loops;
    private final LongSupplier nanos;
    private final long patienceNanos;

    /**
     * @param nanos {@code System::nanoTime}
     * @param patience after which a loop that has not answered counts as stuck; above any pause of the JVM
     */
    public LoopWatch(LongSupplier nanos, Duration patience, EventExecutorGroup... groups) {
        this.nanos = nanos;
        this.patienceNanos = patience.toNanos();
        this.loops = Stream.of(groups)
                .flatMap(group -> StreamSupport.stream(group.spliterator(), /* parallel= */ false))
                .map(Loop::new)
                .toList();
    }

    /** Returns why the process should be started anew; empty if all loops answer. */
    public Optional<String> problem() {
        long now = Math.max(nanos.getAsLong(), NONE + 1);
        return loops.stream().flatMap(loop -> loop.problem(now).stream()).findFirst();
    }

    private final class Loop implements Runnable {
        private final EventExecutor executor;
        /** NONE while there is no question that waits for its answer. */
        private volatile long asked = NONE;

        private volatile String thread = "an event loop";

        Loop(EventExecutor executor) {
            this.executor = executor;
        }

        @Override
        public void run() {
            thread = Thread.currentThread().getName();
            asked = NONE;
        }

        synchronized Optional<String> problem(long now) {
            if (executor.isShuttingDown()) {
                return Optional.of(thread + " has ended");
            }
            long since = asked;
            if (since != NONE) {
                return now - since > patienceNanos
                        ? Optional.of(
                                thread + " has not answered for " + TimeUnit.NANOSECONDS.toSeconds(now - since) + " s")
                        : Optional.empty();
            }
            asked = now;
            try {
                executor.execute(this);
            } catch (RejectedExecutionException e) {
                return Optional.of(thread + " has ended");
            }
            return Optional.empty();
        }
    }
}
