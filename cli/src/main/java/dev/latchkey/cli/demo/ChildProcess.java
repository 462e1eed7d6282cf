package dev.latchkey.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A child process that is killed when this object is closed. Its output goes to a file. */
final class ChildProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 20;

    private final String name;
    private final Process process;
    private final Path log;
    private volatile boolean closed;

    /**
     * Starts {@code command}.
     *
     * @param name the name of the process in messages
     * @param log the file for the output of the process
     */
    ChildProcess(String name, List<String> command, Path log) throws IOException {
        this.name = name;
        this.log = log;
        this.process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    long pid() {
        return process.pid();
    }

    /**
     * Waits until {@code ready} returns true.
     *
     * @throws IOException if the process ends first or is not ready in time; the message contains the end of its output
     */
    void awaitReady(BooleanSupplier ready) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended with " + process.exitValue() + ":\n" + lastLines());
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException(name + " is not ready after " + PATIENCE.toSeconds() + " s:\n" + lastLines());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /**
     * Runs {@code then} if the process ends without having been closed.
     *
     * @param then takes a message for people: the name, exit status and last output of the process
     */
    void onEnd(Consumer<String> then) {
        var unused = process.onExit().thenAccept(ended -> {
            if (!closed) {
                then.accept(name + " ended with " + ended.exitValue() + ":\n" + lastLines());
            }
        });
    }

    /** Kills the process, even if it is suspended, and waits until it has ended. */
    @Override
    public void close() {
        closed = true;
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
