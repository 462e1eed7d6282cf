package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.CommandProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two demos beside each other on taken ports, and demos whose processes die. */
@Tag("one-envoy")
class DemoFaultsIT {
    @TempDir
    private Path folder;

    private ServerSocket taken;
    private CommandProcess one;
    private CommandProcess other;

    @BeforeEach
    void start() throws IOException {
        taken = takePort(9191);
        one = demo("one");
        other = demo("other");
    }

    @AfterEach
    void stop() throws IOException {
        one.close();
        other.close();
        if (taken != null) {
            taken.close();
        }
    }

    @Test
    void demos_startedTogetherOnATakenPort_bothRunAndSayWhichPortsTheyUse() throws IOException {
        one.awaitOutput("\nready;");
        other.awaitOutput("\nready;");

        for (CommandProcess demo : List.of(one, other)) {
            assertThat(demo.err()).containsPattern("demo: port 9191 is taken; the sidecar uses [0-9]+\n");
        }
        assertThat(one.err() + other.err())
                .containsPattern("demo: port 9193 is taken; the control plane uses [0-9]+\n");
        // Ctrl-C in a terminal reaches the children too, here before the demo.
        one.children().forEach(child -> CommandProcess.signal(child.pid(), "INT"));
        assertThat(one.interrupt().status()).as(one.err()).isZero();
        assertThat(other.interrupt().status()).as(other.err()).isZero();
    }

    @Test
    void envoyOrRedis_dies_demoEndsWithItsNameAndLeavesNothingRunning() throws IOException {
        for (Map.Entry<CommandProcess, String> dying :
                Map.of(one, "envoy", other, "redis-server").entrySet()) {
            CommandProcess demo = dying.getKey();
            demo.awaitOutput("\nready;");
            List<ProcessHandle> children = demo.children();

            CommandProcess.signal(child(children, dying.getValue()).pid(), "KILL");

            CommandProcess.Result ended = demo.awaitEnd();
            assertThat(ended.status()).as(ended.err()).isEqualTo(1);
            assertThat(ended.err())
                    .contains("latchkey: the demo has ended, since " + dying.getValue() + " ended with 137")
                    .doesNotContain("\tat ");
            Awaitility.await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        }
        assertThat(folder.resolve("one")).isEmptyDirectory();
        assertThat(folder.resolve("other")).isEmptyDirectory();
    }

    private static ProcessHandle child(List<ProcessHandle> children, String name) {
        return children.stream()
                .filter(child -> child.info().command().orElse("").endsWith(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " among " + children));
    }

    private CommandProcess demo(String name) throws IOException {
        return CommandProcess.start(
                Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + Files.createDirectory(folder.resolve(name))), "demo");
    }

    /** Returns null if it is taken already. */
    private static ServerSocket takePort(int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            return null;
        }
    }
}
