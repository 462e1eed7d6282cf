package dev.latchkey.e2e;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A step that a thread of its own takes again and again until this is closed. Closing it fails if a step failed. */
public final class Repeated implements AutoCloseable {
    private static final long PATIENCE_MILLIS = TimeUnit.MINUTES.toMillis(2);

    private final Thread thread;
    private volatile boolean over;
    private volatile Throwable failure;
    private final AtomicInteger count = new AtomicInteger();

    /** What is done again and again. */
    @FunctionalInterface
    public interface Step {
        void take() throws Exception;
    }

    public Repeated(Step step) {
        thread = new Thread(() -> run(step), "soak-repeated");
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns how many steps were taken. */
    public int count() {
        return count.get();
    }

    private void run(Step step) {
        try {
            while (!over) {
                step.take();
                count.incrementAndGet();
            }
        } catch (Exception | Error e) {
            failure = e;
        }
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (thread.isAlive() || failure != null) {
            throw new AssertionError("after " + count + " steps", failure);
        }
    }
}
