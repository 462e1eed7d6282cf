package dev.latchkey.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;

/** A named pipe that is full and that nobody reads: whoever writes to it waits for ever. */
public final class FullPipe implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile open;
    private final Process filler;

    public FullPipe(Path folder) throws IOException {
        path = folder.resolve("pipe");
        Shell.run(List.of("mkfifo", path.toString()));
        open = new RandomAccessFile(path.toFile(), "rw"); // so that others can open it for writing
        filler = new ProcessBuilder("dd", "if=/dev/zero", "of=" + path, "bs=1").start();
        Awaitility.await().until(this::isWaiting);
    }

    Path path() {
        return path;
    }

    /** Tells whether the filler stands in a write to the pipe. */
    private boolean isWaiting() throws IOException {
        return Files.readString(Path.of("/proc/" + filler.pid() + "/wchan")).contains("pipe")
                || Files.readString(Path.of("/proc/" + filler.pid() + "/stat")).contains(") S ");
    }

    @Override
    public void close() throws IOException {
        filler.destroyForcibly().onExit().join();
        open.close();
        Files.deleteIfExists(path);
    }
}
