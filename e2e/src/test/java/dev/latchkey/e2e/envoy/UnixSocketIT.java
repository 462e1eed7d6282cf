package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Envoy asks over a Unix domain socket: by path, and by a name in the abstract namespace. */
class UnixSocketIT {
    private static final String TCP = "socket_address: { address: 127.0.0.1, port_value: 9191 }";

    @TempDir
    Path folder;

    @Test
    void path_leftBehindByAKilledSidecar_isUsedAgain() throws Exception {
        Path socket = folder.resolve("authz.sock");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(Files.exists(socket)).isTrue();

        assertAnswers(socket.toString());
    }

    @Test
    void abstractName_ofTheSidecar_isAsked() {
        assertAnswers("@latchkey-" + UUID.randomUUID());
    }

    private static void assertAnswers(String path) {
        try (World world = new World.Options()
                .setting("LATCHKEY_AUTHZ_LISTEN", "unix:" + path)
                .envoyConfig(config -> {
                    assertThat(config).contains(TCP);
                    return config.replace(TCP, "pipe: { path: \"" + path + "\" }");
                })
                .start()) {
            world.putWorkspace("ws_1", true);
            String key = world.store("key_1", "ws_1", Environment.LIVE, "cases:read");

            assertThat(world.get("/v1/cases", key).status()).isEqualTo(200);
            World.assertProblem(world.send("GET", "/v1/cases"), 401, "AUTH_INVALID_KEY");
        }
    }
}
