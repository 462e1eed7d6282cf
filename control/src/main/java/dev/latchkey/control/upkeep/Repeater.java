package dev.latchkey.control.upkeep;

import dev.latchkey.ops.Liveness;
import dev.latchkey.ops.Stall;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler that repeats tasks. There is one thread per task, because tasks wait for Redis and must not wait for each
 * other. A task whose thread has used no processor time for a minute is stuck: every wait for Redis is shorter, and
 * starting and ending a wait uses processor time.
 *
 * <p>This class is thread-safe.
 */
public final class Repeater implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Repeater.class);
    private static final long AFTER_FAULT_MILLIS = 1000;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
    private static final boolean CPU_KNOWN = CPU.isThreadCpuTimeSupported() && CPU.isThreadCpuTimeEnabled();

    private final ScheduledExecutorService threads;
    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private final AtomicInteger names = new AtomicInteger();

    /** @param tasks the number of tasks that will be registered */
    public Repeater(int tasks) {
        threads = Executors.newScheduledThreadPool(tasks, task -> {
            Thread thread = new Thread(task, "latchkey-background-" + names.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs {@code task} now, and again after the number of milliseconds that it returns each time. */
    public void repeat(LongSupplier task) {
        Task repeated = new Task(task);
        tasks.add(repeated);
        schedule(repeated, 0);
    }

    /** Returns which task is stuck; empty if none is, or if the JVM does not report processor time. Never blocks. */
    public Optional<String> problem() {
        return problem(System.nanoTime());
    }

    /** As {@link #problem()}, at the time {@code nanos} of the caller's clock. */
    public Optional<String> problem(long nanos) {
        return Liveness.first(tasks.stream().map(task -> task.problem(nanos)));
    }

    /** Interrupts running tasks and waits up to two seconds for them to end. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
                log.warn("a background task does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void schedule(Task task, long delayMillis) {
        try {
            var unused = threads.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("closed, so the task ends");
        }
    }

    private final class Task implements Runnable {
        private final LongSupplier body;
        private final Stall stall = new Stall(PATIENCE);
        /** The thread that runs the task; null between two runs. */
        private volatile @Nullable Thread thread;

        private final AtomicLong runs = new AtomicLong();

        Task(LongSupplier body) {
            this.body = body;
        }

        @Override
        public void run() {
            long delayMillis = AFTER_FAULT_MILLIS;
            runs.incrementAndGet();
            thread = Thread.currentThread();
            try {
                delayMillis = body.getAsLong();
            } catch (RuntimeException e) {
                log.error("a background task failed and is tried again", e);
            } finally {
                thread = null;
                schedule(this, delayMillis);
            }
        }

        Optional<String> problem(long nanos) {
            Thread running = thread;
            long progress = running == null || !CPU_KNOWN ? 0 : runs.get() + CPU.getThreadCpuTime(running.getId());
            return stall.look(nanos, running != null && CPU_KNOWN, progress)
                    .map(seconds -> "the task of " + (running == null ? "a thread" : running.getName())
                            + " has not run for " + seconds + " s");
        }
    }
}
