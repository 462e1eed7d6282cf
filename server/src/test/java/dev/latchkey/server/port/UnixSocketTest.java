package dev.latchkey.server.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.server.RunningSidecar;
import dev.latchkey.server.Sidecar;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets the path of a Unix socket. No Redis is needed to listen. */
class UnixSocketTest {
    @TempDir
    Path dir;

    @Test
    void start_fileAtThePath_refusedAndTheFileStays() throws IOException {
        Path file = Files.writeString(dir.resolve("a.sock"), "precious");

        assertThatThrownBy(() -> start("0600"))
                .hasMessage("authz.listen: cannot listen on unix:" + file
                        + ": what is there is no socket, and stays (expected: a path where nothing is, or a socket)");
        assertThat(file).hasContent("precious");
    }

    @Test
    void start_folderOrLinkAtThePath_refusedAndStays() throws IOException {
        Path path = dir.resolve("a.sock");
        Path folder = Files.createDirectory(dir.resolve("folder"));
        Files.createSymbolicLink(path, folder);
        assertThatThrownBy(() -> start("0600")).hasMessageContaining("no socket, and stays");
        assertThat(path).isSymbolicLink();

        Files.delete(path);
        Files.createDirectory(path);
        assertThatThrownBy(() -> start("0600")).hasMessageContaining("no socket, and stays");
        assertThat(path).isDirectory();
    }

    @Test
    void start_whileAnotherSidecarListens_refusedAndTheFirstGoesOn() throws IOException {
        try (Sidecar first = start("0600")) {
            assertThat(first.authzPort()).isEqualTo(-1);
            Object inode = Files.getAttribute(dir.resolve("a.sock"), "unix:ino");

            assertThatThrownBy(() -> start("0600"))
                    .hasMessage("authz.listen: cannot listen on unix:" + dir.resolve("a.sock")
                            + ": another process listens there (expected: a path of its own for each sidecar)");

            assertThat(Files.getAttribute(dir.resolve("a.sock"), "unix:ino")).isEqualTo(inode);
            connect();
        }
    }

    @Test
    void start_whileAnyOtherProgramListens_refusedAndItGoesOn() throws IOException {
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(dir.resolve("a.sock")), /* backlog= */ 1);
            // It accepts nothing, and its queue may be full: then a connection would wait.
            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(() -> start("0600")).hasMessageContaining("listen");
            }
            assertThat(dir.resolve("a.sock")).exists();
        }
    }

    @Test
    void start_socketOfAKilledSidecar_isReplaced() throws IOException {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(dir.resolve("a.sock")));
        }
        Files.createFile(dir.resolve("a.sock.lock")); // the lock is gone with its process

        try (Sidecar sidecar = start("0600")) {
            assertThat(sidecar.ready()).isFalse();
            connect();
        }
    }

    @Test
    void close_thenStart_pathIsFreeAndIsNotTakenFromTheNext() throws IOException {
        for (int i = 0; i < 5; i++) {
            try (Sidecar sidecar = start("0600")) {
                assertThat(sidecar.ready()).isFalse();
                connect();
            }
            assertThat(Files.exists(dir.resolve("a.sock"), LinkOption.NOFOLLOW_LINKS))
                    .isFalse();
        }
    }

    @Test
    void start_folderMissing_refusedByName() {
        assertThatThrownBy(() -> start(dir.resolve("none/a.sock"), "0600"))
                .hasMessageStartingWith("authz.listen: cannot listen on unix:" + dir.resolve("none/a.sock"))
                .hasMessageContaining("no such folder");
    }

    @ParameterizedTest
    @CsvSource({"0600, rw-------", "0660, rw-rw----", "0666, rw-rw-rw-"})
    void start_socketMode_isTheSocketsWhateverTheUmask(String mode, String permissions) throws IOException {
        try (Sidecar sidecar = start(mode)) {
            assertThat(sidecar.ready()).isFalse();
            assertThat(Files.getPosixFilePermissions(dir.resolve("a.sock")))
                    .isEqualTo(PosixFilePermissions.fromString(permissions));
        }
    }

    private void connect() throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("a.sock")))) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    private Sidecar start(String mode) throws IOException {
        return start(dir.resolve("a.sock"), mode);
    }

    private static Sidecar start(Path path, String mode) throws IOException {
        return Sidecar.start(
                RunningSidecar.settings(
                        "redis://127.0.0.1:1",
                        Map.of(
                                "LATCHKEY_AUTHZ_LISTEN",
                                "unix:" + path,
                                "LATCHKEY_AUTHZ_SOCKET_MODE",
                                mode,
                                "LATCHKEY_READY_WARM_UP",
                                "0s")),
                RunningSidecar.POLICIES);
    }
}
