package dev.latchkey.cli.demo;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A wait for the parts of the demo that run in this process. */
final class Waiting {
    private static final int READY_SECONDS = 60;

    private Waiting() {}

    /**
     * Waits until {@code ready} returns true.
     *
     * @throws IOException if {@code what} is not ready after a minute
     */
    static void until(String what, BooleanSupplier ready) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!ready.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("the " + what + " is not ready after " + READY_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
