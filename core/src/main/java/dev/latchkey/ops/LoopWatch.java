package dev.latchkey.ops;

import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Knows whether event loops still run: each is asked now and then, and one that does not answer is stuck or dead. It is asked again by
 * whoever wants to know, so there must be more than two calls in any span that matters (see {@link Stall}). A loop has one question
 * at most in its queue.
 *
 * <p>This class is thread-safe and never blocks.
 */
public final class LoopWatch {
    private final List<Loop> loops;
    private final LongSupplier nanos;

    /**
     * Watches single threads.
     *
     * @param nanos {@code System::nanoTime}
     * @param patience after which a loop that has not answered counts as stuck
     * @param loops each runs what it is given on its one thread, in order, and throws {@link RejectedExecutionException} once it has
     *     ended
     */
    public LoopWatch(LongSupplier nanos, Duration patience, Stream<? extends Executor> loops) {
        this.nanos = nanos;
        this.loops = loops.map(loop -> new Loop(loop, new Stall(patience))).toList();
    }

    /** Watches each loop of the groups. */
    public LoopWatch(LongSupplier nanos, Duration patience, EventExecutorGroup... groups) {
        this(nanos, patience, Stream.of(groups).flatMap(LoopWatch::loopsOf));
    }

    /** Watches each loop of the groups, and the thread of a timer. */
    public LoopWatch(LongSupplier nanos, Duration patience, Timer timer, EventExecutorGroup... groups) {
        this(
                nanos,
                patience,
                Stream.concat(Stream.of(threadOf(timer)), Stream.of(groups).flatMap(LoopWatch::loopsOf)));
    }

    /** Returns why the process should be started anew; empty if all loops answer. */
    public Optional<String> problem() {
        // All are asked, whatever one says.
        return loops.stream().map(Loop::problem).toList().stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Executor threadOf(Timer timer) {
        return task -> {
            var unused = timer.newTimeout(due -> task.run(), 0, TimeUnit.NANOSECONDS);
        };
    }

    private static Stream<Executor> loopsOf(EventExecutorGroup group) {
        return StreamSupport.stream(group.spliterator(), /* parallel= */ false).map(loop -> task -> {
            if (loop.isShuttingDown()) {
                throw new RejectedExecutionException("the loop ends");
            }
            loop.execute(task);
        });
    }

    private final class Loop implements Runnable {
        private final Executor executor;
        private final Stall stall;
        private volatile boolean answered = true;
        private volatile String thread = "an event loop";

        Loop(Executor executor, Stall stall) {
            this.executor = executor;
            this.stall = stall;
        }

        @Override
        public void run() {
            thread = Thread.currentThread().getName();
            answered = true;
        }

        synchronized Optional<String> problem() {
            long now = nanos.getAsLong();
            Optional<Long> seconds = stall.look(now, !answered, 0);
            if (!answered) {
                return seconds.map(silent -> thread + " has not answered for " + silent + " s");
            }
            var unused = stall.look(now, /* waiting= */ true, 0);
            answered = false;
            try {
                executor.execute(this);
                return Optional.empty();
            } catch (RejectedExecutionException e) {
                answered = true;
                return Optional.of(thread + " has ended");
            }
        }
    }
}
