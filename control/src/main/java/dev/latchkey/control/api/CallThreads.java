package dev.latchkey.control.api;

import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import dev.latchkey.ops.Stall;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * The threads on which calls wait for Redis. They are stuck if calls wait for a thread and none of them has ended a call for two
 * minutes, four times as long as a call can take; calls that are many, or slow, are no fault.
 *
 * <p>This class is thread-safe.
 */
final class CallThreads {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ScheduledThreadPoolExecutor threads;
    private final Stall stall = new Stall(PATIENCE);

    CallThreads(int most) {
        threads = new ScheduledThreadPoolExecutor(most, new DefaultThreadFactory("latchkey-call", /* daemon= */ true));
    }

    /** Returns them for a server, which ends them. */
    BlockingTaskExecutor executor() {
        return BlockingTaskExecutor.of(threads);
    }

    /** Returns why no call is answered; empty if calls are. Never blocks. */
    Optional<String> problem(long nanos) {
        int waiting = threads.getQueue().size();
        // The queue holds what is not due yet, too.
        boolean full = threads.getActiveCount() == threads.getCorePoolSize();
        return stall.look(nanos, full && waiting > 0, threads.getCompletedTaskCount())
                .map(seconds -> "no thread has ended a call for " + seconds + " s, and calls wait for one: " + waiting);
    }
}
