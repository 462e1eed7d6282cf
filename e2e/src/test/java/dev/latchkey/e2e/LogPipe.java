package dev.latchkey.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A named pipe for standard error, which a reader copies into a file until the last writer ends. The reader can be
 * stopped: then the pipe is filled, and a thread that writes to it waits.
 */
public final class LogPipe implements AutoCloseable {
    private final Path pipe;
    private final Path file;
    private final Process reader;
    private Process filler;

    /** @param file to be created, in which the log is then found */
    public LogPipe(Path file) {
        this.file = file;
        this.pipe = file.resolveSibling(file.getFileName() + ".pipe");
        try {
            Files.deleteIfExists(pipe);
            Shell.run(List.of("mkfifo", pipe.toString()));
            reader = new ProcessBuilder("cat", pipe.toString())
                    .redirectOutput(file.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return pipe;
    }

    /** Returns what was read of the log so far. */
    public String text() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the reader; returns once the pipe is full. */
    public void stall() {
        CommandProcess.signal(reader.pid(), "STOP");
        try {
            filler = new ProcessBuilder("sh", "-c", "exec yes 'nobody reads' >\"$1\"", "sh", pipe.toString()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await().until(this::isFull);
    }

    /** Lets the reader go on. */
    public void resume() {
        filler.destroyForcibly().onExit().join();
        CommandProcess.signal(reader.pid(), "CONT");
    }

    /** The filler is named sh until it is yes, which sleeps only where it waits for the pipe. */
    private boolean isFull() throws IOException {
        return Files.readString(Path.of("/proc/" + filler.pid() + "/stat")).contains("(yes) S ");
    }

    @Override
    public void close() {
        if (filler != null) {
            filler.destroyForcibly().onExit().join();
        }
        reader.destroyForcibly().onExit().join();
        try {
            Files.deleteIfExists(pipe);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
