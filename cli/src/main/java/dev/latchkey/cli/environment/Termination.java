package dev.latchkey.cli.environment;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The termination of a command that runs until it is told to stop. It lets the command close its resources and choose
 * its own exit status. Without this class, the JVM would end at once on SIGTERM, SIGINT and SIGHUP, with an exit status
 * that means "killed".
 *
 * <p>This class is thread-safe.
 */
public final class Termination {
    /** An upper bound for the shutdown; longer than any drain time that the settings allow. */
    private static final long LIMIT_MINUTES = 20;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch signalled = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicInteger status = new AtomicInteger();
    private final Consumer<Thread> hooks;

    private Termination(Consumer<Thread> hooks) {
        this.hooks = hooks;
    }

    /** Returns the termination of this process, which signals trigger once {@link #catchSignals} is called. */
    public static Termination ofProcess() {
        return new Termination(Runtime.getRuntime()::addShutdownHook);
    }

    /** Returns a termination that only {@link #request} triggers. */
    public static Termination onRequest() {
        return new Termination(hook -> {});
    }

    /**
     * Makes {@link #await} return when a signal arrives, in place of the immediate end of the process. Must be called
     * at most once.
     */
    public void catchSignals() {
        hooks.accept(new Thread(this::onShutdown, "latchkey-termination"));
    }

    /** Waits until a signal arrives or {@link #request} is called. */
    public void await() throws InterruptedException {
        requested.await();
    }

    /**
     * Returns whether a signal has arrived or arrives within {@code millis}. Ctrl-C in a terminal reaches all processes
     * that were started in that terminal, in any order.
     */
    public boolean signalled(long millis) throws InterruptedException {
        return signalled.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Requests termination, as a signal does. */
    public void request() {
        requested.countDown();
    }

    /** Sets the exit status and lets the process end. The caller must have closed everything before. */
    public void finished(int exitStatus) {
        status.set(exitStatus);
        finished.countDown();
    }

    private void onShutdown() {
        signalled.countDown();
        request();
        try {
            if (finished.await(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                // While a shutdown is in progress, halt is the only way to set the exit status.
                Runtime.getRuntime().halt(status.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
