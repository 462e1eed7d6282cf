package dev.latchkey.control.api;

import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import dev.latchkey.ops.Stall;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The thread pool on which calls wait for Redis. The pool counts as stuck if calls are queued, all threads are busy,
 * and no call has ended for two minutes, which is four times the maximum duration of a call. A large number of calls,
 * or slow calls, are no fault.
 *
 * <p>This class is thread-safe.
 */
final class CallThreads {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ScheduledThreadPoolExecutor threads;
    /** The threads that run a call. The pool also counts a thread that has just been started and has none. */
    private final AtomicInteger busy = new AtomicInteger();

    private final Stall stall = new Stall(PATIENCE);

    CallThreads(int most) {
        threads = new ScheduledThreadPoolExecutor(most, new DefaultThreadFactory("latchkey-call", /* daemon= */ true)) {
            @Override
            protected void beforeExecute(Thread thread, Runnable task) {
                busy.incrementAndGet();
            }

            @Override
            protected void afterExecute(Runnable task, @Nullable Throwable failure) {
                busy.decrementAndGet();
            }
        };
    }

    /** Returns the threads as an executor for a server, which shuts it down. */
    BlockingTaskExecutor executor() {
        return BlockingTaskExecutor.of(threads);
    }

    /** Returns why no call is answered; empty if calls are answered. Never blocks. */
    Optional<String> problem(long nanos) {
        int waiting = threads.getQueue().size();
        // The queue also holds tasks that are not due yet, so a queued task alone does not mean that calls wait.
        boolean full = busy.get() == threads.getCorePoolSize();
        return stall.look(nanos, full && waiting > 0, threads.getCompletedTaskCount())
                .map(seconds -> "no thread has ended a call for " + seconds + " s, and calls wait for one: " + waiting);
    }
}
