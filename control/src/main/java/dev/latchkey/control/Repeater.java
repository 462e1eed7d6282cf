package dev.latchkey.control;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks again and again, each on a thread of its own, since they wait for Redis and must not wait for each other. */
final class Repeater implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Repeater.class);
    private static final long AFTER_FAULT_MILLIS = 1000;

    private final ScheduledExecutorService threads;

    /** @param tasks how many will be given */
    Repeater(int tasks) {
        threads = Executors.newScheduledThreadPool(tasks, task -> {
            Thread thread = new Thread(task, "latchkey-background");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs {@code task} now and after as many milliseconds as it returns each time. */
    void repeat(LongSupplier task) {
        schedule(task, 0);
    }

    /** Interrupts what runs and waits a moment for it to end. */
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

    private void schedule(LongSupplier task, long delayMillis) {
        try {
            var unused = threads.schedule(() -> run(task), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("closed, so the task ends");
        }
    }

    private void run(LongSupplier task) {
        long delayMillis = AFTER_FAULT_MILLIS;
        try {
            delayMillis = task.getAsLong();
        } catch (RuntimeException e) {
            log.error("a background task failed and is tried again", e);
        } finally {
            schedule(task, delayMillis);
        }
    }
}
