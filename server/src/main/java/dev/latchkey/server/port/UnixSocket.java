package dev.latchkey.server.port;

import dev.latchkey.config.value.ListenAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * The right to listen on a Unix socket's path, which one process at a time has: Netty removes whatever is at the path before it
 * binds, be it a file or the socket of a running sidecar. The right is a lock on the file {@code <path>.lock}, which stays; the
 * system takes the lock back when a process ends, however it ends. Other addresses need no such right.
 *
 * <p>Closed after the server has ended. Not thread-safe.
 */
public final class UnixSocket implements AutoCloseable {
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Optional<Path> path;
    private final Optional<FileChannel> lock;

    private UnixSocket(Optional<Path> path, Optional<FileChannel> lock) {
        this.path = path;
        this.lock = lock;
    }

    // Causes are left out below: the report of an address that cannot be had ends with the innermost one's words.

    /**
     * Takes the path of {@code listen}, where nothing may be but a socket on which nobody listens: a killed sidecar left it.
     *
     * @throws IOException if a process listens there, or something else is there; it then stays as it is
     */
    public static UnixSocket claim(ListenAddress listen) throws IOException {
        if (!(listen instanceof ListenAddress.Unix unix) || unix.path().startsWith("@")) {
            return new UnixSocket(Optional.empty(), Optional.empty());
        }
        Path path = Path.of(unix.path());
        checkIsSocket(path);
        FileChannel lock = lock(path);
        try {
            removeStale(path);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
        return new UnixSocket(Optional.of(path), Optional.of(lock));
    }

    /** Lets those in who may connect: writing is connecting (unix(7)). Until then the umask decides. */
    public void open(Set<PosixFilePermission> mode) throws IOException {
        if (path.isPresent()) {
            Files.setPosixFilePermissions(path.get(), mode);
        }
    }

    @Override
    public void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().close();
        }
    }

    private static void checkIsSocket(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException(
                    "what is there is no socket, and stays (expected: a path where nothing is, or a socket)");
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolveSibling(path.getFileName() + ".lock");
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new IOException("no such folder (expected: a folder in which this process may write)");
        } catch (FileSystemException e) {
            throw new IOException(file + " cannot be written (expected: a folder in which this process may write)");
        }
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // As below: another sidecar of this very process has it.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw inUse();
    }

    private static void removeStale(Path socket) throws IOException {
        checkIsSocket(socket);
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Does not wait for a process that accepts nothing.
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException refused) {
            Files.delete(socket);
            return;
        } catch (IOException e) {
            throw new IOException("somebody may listen there already: " + e.getMessage());
        }
        throw inUse();
    }

    private static IOException inUse() {
        return new IOException("another process listens there (expected: a path of its own for each sidecar)");
    }
}
