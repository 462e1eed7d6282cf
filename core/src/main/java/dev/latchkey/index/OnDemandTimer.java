package dev.latchkey.index;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A timer whose thread wakes at the end of a tick of {@value #TICK_MILLIS} ms in which something is or was to be due, and sleeps
 * else: what is due is run up to a tick late, never early. Netty's wakes with each tick, whether or not anybody waits; one that is
 * exact wakes for each read of the index, though nearly all are answered long before they are due.
 *
 * <p>This class is thread-safe. To begin waiting takes the lock of one bin of a hash table for a moment, to end it takes none.
 */
final class OnDemandTimer implements Timer {
    private static final Logger log = LoggerFactory.getLogger(OnDemandTimer.class);
    private static final long TICK_MILLIS = 5;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);

    private final ScheduledThreadPoolExecutor executor;
    /** Who waits for the end of a tick, the last to come first. The first to come has the tick scheduled. */
    private final Map<Long, Waiting> byTick = new ConcurrentHashMap<>();

    /** @param name of its thread */
    OnDemandTimer(String name) {
        executor = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory(name, /* daemon= */ true));
    }

    /** @throws RejectedExecutionException if it was stopped */
    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        if (executor.isShutdown()) {
            throw new RejectedExecutionException("the timer was stopped");
        }
        Waiting waiting = new Waiting(task);
        byTick.compute(tickAt(System.nanoTime() + unit.toNanos(delay)), (tick, others) -> {
            if (others == null) {
                var unused =
                        executor.schedule(() -> end(tick), tick * TICK_NANOS - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            waiting.next = others;
            return waiting;
        });
        return waiting;
    }

    /** Forgets all that is waited for. */
    @Override
    public Set<Timeout> stop() {
        executor.shutdownNow();
        return Set.of();
    }

    /** Returns how many ticks there were, and will be for what is waited for now. */
    long ticks() {
        return executor.getTaskCount();
    }

    /** Returns the first tick that ends after {@code nanos}. */
    private static long tickAt(long nanos) {
        return Math.floorDiv(nanos, TICK_NANOS) + 1;
    }

    private void end(long tick) {
        for (Waiting waiting = byTick.remove(tick); waiting != null; waiting = waiting.next) {
            waiting.expire();
        }
    }

    /** What is waited for, until it is over. It stays in its tick, but what was to be run does not. */
    private final class Waiting implements Timeout {
        private final AtomicReference<TimerTask> task;
        private @Nullable Waiting next;

        Waiting(TimerTask task) {
            this.task = new AtomicReference<>(task);
        }

        private void expire() {
            TimerTask due = over(Over.EXPIRED);
            if (due != null) {
                try {
                    due.run(this);
                } catch (Throwable t) {
                    log.warn("a task of the timer failed", t);
                }
            }
        }

        @Override
        public Timer timer() {
            return OnDemandTimer.this;
        }

        /** Returns one that does nothing once it is over. */
        @Override
        public TimerTask task() {
            return Objects.requireNonNull(task.get());
        }

        @Override
        public boolean isExpired() {
            return task.get() == Over.EXPIRED;
        }

        @Override
        public boolean isCancelled() {
            return task.get() == Over.CANCELLED;
        }

        @Override
        public boolean cancel() {
            return over(Over.CANCELLED) != null;
        }

        /** Returns what was to be run, to the one who ends the waiting; else null. */
        private @Nullable TimerTask over(Over how) {
            TimerTask current = task.get();
            return !(current instanceof Over) && task.compareAndSet(current, how) ? current : null;
        }
    }

    private enum Over implements TimerTask {
        CANCELLED,
        EXPIRED;

        @Override
        public void run(Timeout timeout) {}
    }
}
