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
 * The exclusive right to listen on the path of a Unix socket. The right is needed because Netty removes whatever is at
 * the path before it binds, be it a file or the socket of a running sidecar. The right is a lock on the file
 * {@code <path>.lock}. The file stays; the system releases the lock when the process ends, however it ends. Other
 * addresses need no such right.
 *
 * <p>Must be closed after the server has ended. This class is not thread-safe.
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

    // The exceptions below carry no cause, because the report of an unusable address ends with the message
    // of the innermost cause.

    /**
     * Claims the path of {@code listen}. The path must be free, or a stale socket that a killed sidecar has
     * left, which is removed.
     *
     * @throws IOException if a process listens on the path, or the path is no socket; the path is then left unchanged
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

    /**
     * Sets the permissions of the socket. Write permission is the permission to connect (unix(7)). Until this call, the
     * umask determines who can connect.
     */
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
            // Another sidecar in this process holds the lock: in use, as below.
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
            // Non-blocking, so that a process that accepts no connection cannot block this one.
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
