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
 * A timer for timeouts that are nearly always cancelled long before they are due. Timeouts expire in batches, at the
 * end of a tick. A tick lasts a tenth of the wait, at least 1 ms and at most {@value #LONGEST_TICK_MILLIS} ms. A
 * timeout is late by at most one tick and never early. The timer thread wakes once per tick, and only for ticks in
 * which a timeout was requested. In contrast, the thread of Netty's timer wakes for every tick, and the thread of an
 * exact timer wakes for every timeout.
 *
 * <p>This class is thread-safe. Adding a timeout briefly locks one bin of a hash table, and for the first timeout of a
 * tick also the queue of the schedule. Cancelling a timeout takes no lock. A cancelled timeout occupies a few words of
 * memory until the end of its tick, at the latest.
 */
final class OnDemandTimer implements Timer {
    private static final Logger log = LoggerFactory.getLogger(OnDemandTimer.class);
    private static final long LONGEST_TICK_MILLIS = 5;
    private static final int TICKS_A_WAIT = 10;
    /** No wait is longer than this; the sum of two such values does not overflow. */
    private static final long LONGEST_WAIT_NANOS = Long.MAX_VALUE / 2;

    private final ScheduledThreadPoolExecutor executor;
    /**
     * The timeouts by the end of their tick, as linked lists with the newest first. The first timeout of a tick
     * schedules the tick.
     */
    private final Map<Long, Waiting> byEnd = new ConcurrentHashMap<>();

    /** @param name the name of the timer thread */
    OnDemandTimer(String name) {
        executor = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory(name, /* daemon= */ true));
    }

    /** @throws RejectedExecutionException if the timer was stopped */
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
            // Drops cancelled timeouts at the head of the list, so that their memory is freed before the tick ends.
            waiting.next = live(others);
            return waiting;
        });
        return waiting;
    }

    /** Stops the timer and drops all pending timeouts. The returned set is always empty. */
    @Override
    public Set<Timeout> stop() {
        executor.shutdownNow();
        byEnd.clear();
        return Set.of();
    }

    /** Returns the number of past and scheduled ticks. A separate method, so that a test can count the ticks. */
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

    /** Returns the list from the first timeout that is not cancelled. */
    private static @Nullable Waiting live(@Nullable Waiting first) {
        Waiting live = first;
        while (live != null && live.isCancelled()) {
            live = live.next;
        }
        return live;
    }

    /** A timeout. After its end it can remain in the list of its tick, but it no longer refers to its task. */
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

        /** Returns the task; after the end of this timeout, a task that does nothing. */
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

        /** Returns the task to the one caller that ends this timeout; null to all others. */
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
