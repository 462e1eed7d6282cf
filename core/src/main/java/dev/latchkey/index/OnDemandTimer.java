package dev.latchkey.index;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A timer whose thread wakes when something is due, or becomes the next to be. Netty's wakes with each tick, a hundred times a
 * second for ticks of 10 ms, whether or not anybody waits: in a sidecar that is asked a thousand times a second that was a tenth
 * of all it cost.
 *
 * <p>This class is thread-safe. To begin and to end waiting takes a lock for the time of a change to a heap.
 */
final class OnDemandTimer implements Timer {
    private static final Logger log = LoggerFactory.getLogger(OnDemandTimer.class);

    private final ScheduledThreadPoolExecutor executor;

    /** @param name of its thread */
    OnDemandTimer(String name) {
        executor = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory(name, /* daemon= */ true));
        // Nearly all are cancelled: a read is answered before its time limit.
        executor.setRemoveOnCancelPolicy(true);
    }

    /** @throws java.util.concurrent.RejectedExecutionException if it was stopped */
    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        Waiting waiting = new Waiting(task);
        waiting.due = executor.schedule(waiting, delay, unit);
        return waiting;
    }

    /** Forgets all that is waited for. */
    @Override
    public Set<Timeout> stop() {
        executor.shutdownNow();
        return Set.of();
    }

    private final class Waiting implements Timeout, Runnable {
        private final TimerTask task;
        private volatile @Nullable Future<?> due;
        private volatile boolean expired;

        Waiting(TimerTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            expired = true;
            try {
                task.run(this);
            } catch (Throwable t) {
                log.warn("a task of the timer failed", t);
            }
        }

        @Override
        public Timer timer() {
            return OnDemandTimer.this;
        }

        @Override
        public TimerTask task() {
            return task;
        }

        @Override
        public boolean isExpired() {
            return expired;
        }

        @Override
        public boolean isCancelled() {
            Future<?> future = due;
            return future != null && future.isCancelled();
        }

        @Override
        public boolean cancel() {
            Future<?> future = due;
            return !expired && future != null && future.cancel(/* mayInterruptIfRunning= */ false);
        }
    }
}
