package dev.latchkey.redis;

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
 * A timer for waits of which nearly all are over long before they are due. They are ended in company, at the end of a tick: late
 * by at most a tenth of the wait, and by no more than {@value #LONGEST_TICK_MILLIS} ms (but 1 ms, if that is more), never early.
 * So its thread wakes once a tick, and only if somebody has waited for it: Netty's wakes with each, and one that is exact for each
 * wait.
 *
 * <p>This class is thread-safe. To begin waiting takes the lock of one bin of a hash table for a moment, and for the first in a
 * tick that of the schedule; to end it takes none. What is over takes a few words of memory until its tick ends, at most.
 */
final class OnDemandTimer implements Timer {
    private static final Logger log = LoggerFactory.getLogger(OnDemandTimer.class);
    private static final long LONGEST_TICK_MILLIS = 5;
    private static final int TICKS_A_WAIT = 10;
    /** Nobody waits for longer; two of these are no overflow. */
    private static final long LONGEST_WAIT_NANOS = Long.MAX_VALUE / 2;

    private final ScheduledThreadPoolExecutor executor;
    /** By the end of a tick who waits for it, the last to come first. The first to come has it scheduled. */
    private final Map<Long, Waiting> byEnd = new ConcurrentHashMap<>();

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
        byEnd.compute(endOfTick(Math.min(unit.toNanos(delay), LONGEST_WAIT_NANOS)), (end, others) -> {
            if (others == null) {
                var unused = executor.schedule(() -> end(end), end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            waiting.next = live(others);
            return waiting;
        });
        return waiting;
    }

    /** Forgets all that is waited for. */
    @Override
    public Set<Timeout> stop() {
        executor.shutdownNow();
        byEnd.clear();
        return Set.of();
    }

    /** Returns how many ticks there were, and will be for what is waited for now. Apart, so that a test can count them. */
    long ticks() {
        return executor.getTaskCount();
    }

    /** Returns the end of the first tick that ends after the wait. */
    private static long endOfTick(long delayNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(delayNanos) / TICKS_A_WAIT;
        long tick = TimeUnit.MILLISECONDS.toNanos(Math.max(1, Math.min(millis, LONGEST_TICK_MILLIS)));
        return (Math.floorDiv(System.nanoTime() + delayNanos, tick) + 1) * tick;
    }

    private void end(long end) {
        for (Waiting waiting = byEnd.remove(end); waiting != null; waiting = waiting.next) {
            waiting.expire();
        }
    }

    /** Returns the rest from the first on that is not over. */
    private static @Nullable Waiting live(@Nullable Waiting first) {
        Waiting live = first;
        while (live != null && live.isCancelled()) {
            live = live.next;
        }
        return live;
    }

    /** What is waited for, until it is over. It may stay in its tick, but what was to be run does not. */
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
