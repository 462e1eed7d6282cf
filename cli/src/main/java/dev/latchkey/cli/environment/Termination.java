package dev.latchkey.cli.environment;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Lets a command that runs until told to stop end in its own way, and with its own exit status: left to itself, the JVM ends
 * at once on SIGTERM, SIGINT and SIGHUP, with a status that means "killed".
 *
 * <p>This class is thread-safe.
 */
public final class Termination {
    /** More than the settings allow a process to drain. */
    private static final long LIMIT_MINUTES = 20;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch signalled = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicInteger status = new AtomicInteger();
    private final Consumer<Thread> hooks;

    private Termination(Consumer<Thread> hooks) {
        this.hooks = hooks;
    }

    /** Returns that of the process itself: signals ask for it. */
    public static Termination ofProcess() {
        return new Termination(Runtime.getRuntime()::addShutdownHook);
    }

    /** Returns one that only {@link #request} asks for. */
    public static Termination onRequest() {
        return new Termination(hook -> {});
    }

    /** From now on a signal does not end the process but makes {@link #await} return, now or later. To be called once. */
    public void catchSignals() {
        hooks.accept(new Thread(this::onShutdown, "latchkey-termination"));
    }

    /** Waits until the process is told to stop. */
    public void await() throws InterruptedException {
        requested.await();
    }

    /**
     * Tells whether a signal has come, or comes within {@code millis}. Ctrl-C in a terminal reaches all processes that were
     * started there, in any order.
     */
    public boolean signalled(long millis) throws InterruptedException {
        return signalled.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Does what a signal does. */
    public void request() {
        requested.countDown();
    }

    /** Lets the process end with {@code exitStatus}, once everything is closed. */
    public void finished(int exitStatus) {
        status.set(exitStatus);
        finished.countDown();
    }

    private void onShutdown() {
        signalled.countDown();
        request();
        try {
            if (finished.await(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                // The status of a shutdown that is under way can be set in no other way.
                Runtime.getRuntime().halt(status.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
