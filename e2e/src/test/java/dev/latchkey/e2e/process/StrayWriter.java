package dev.latchkey.e2e.process;

import dev.latchkey.cli.Main;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The {@code latchkey} command with a thread beside it that does to standard error what a library or the JDK may do, by
 * every way there is, and much more than a pipe holds. Then it says {@link #DONE} on standard output.
 */
final class StrayWriter {
    static final String DONE = "everything was said";
    private static final int TIMES = 2000;
    private static final String LINE = "stray ".repeat(20);

    private StrayWriter() {}

    public static void main(String[] arguments) {
        PrintStream atFirst = System.err;
        Thread stray = new Thread(() -> writeOnceReplaced(atFirst), "stray");
        stray.setDaemon(true);
        stray.start();
        Main.main(arguments);
    }

    /** After ten seconds at the latest: so that a process that replaces nothing fails by what is written. */
    private static void writeOnceReplaced(PrintStream atFirst) {
        try {
            for (int i = 0; i < 1000 && System.err == atFirst; i++) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            for (int i = 0; i < TIMES; i++) {
                System.err.println(LINE);
                new IllegalStateException(LINE).printStackTrace();
                Logger.getLogger("stray").log(Level.SEVERE, LINE, new IllegalStateException(LINE));
                System.getLogger("stray").log(System.Logger.Level.ERROR, LINE);
            }
            for (int i = 0; i < TIMES / 100; i++) {
                Thread dying = new Thread(() -> List.of().get(0), "dying");
                dying.start();
                dying.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        System.out.println(DONE);
    }
}
