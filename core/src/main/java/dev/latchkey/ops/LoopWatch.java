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
 * A watch that detects event loops that are stuck or have ended. Each call of {@link #problem} gives every loop a task
 * to run; a loop that does not run its task within the patience is stuck. The caller must call {@link #problem} more
 * than twice within any period that matters (see {@link Stall}). At most one such task is in the queue of a loop.
 *
 * <p>This class is thread-safe and never blocks.
 */
public final class LoopWatch {
    private final List<Loop> loops;
    private final LongSupplier nanos;

    /**
     * Creates a watch of single threads.
     *
     * @param nanos {@code System::nanoTime}
     * @param patience after which a loop that has not run its task is stuck
     * @param loops executors that run their tasks in order on a single thread, and throw
     *     {@link RejectedExecutionException} once they have ended
     */
    public LoopWatch(LongSupplier nanos, Duration patience, Stream<? extends Executor> loops) {
        this.nanos = nanos;
        this.loops = loops.map(loop -> new Loop(loop, new Stall(patience))).toList();
    }

    /** Creates a watch of every loop of the groups. */
    public LoopWatch(LongSupplier nanos, Duration patience, EventExecutorGroup... groups) {
        this(nanos, patience, Stream.of(groups).flatMap(LoopWatch::loopsOf));
    }

    /** Creates a watch of every loop of the groups and of the thread of a timer. */
    public LoopWatch(LongSupplier nanos, Duration patience, Timer timer, EventExecutorGroup... groups) {
        this(
                nanos,
                patience,
                Stream.concat(Stream.of(threadOf(timer)), Stream.of(groups).flatMap(LoopWatch::loopsOf)));
    }

    /** Returns why the process should be restarted; empty if all loops respond. */
    public Optional<String> problem() {
        return Liveness.first(loops.stream().map(Loop::problem));
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
            // The loop has answered: a new wait begins.
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
