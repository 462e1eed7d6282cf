package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.demo.Ports;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.redis.RealRedis;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mvn verify -P import}: how fast a large file is imported, and what it takes of memory; with real processes.
 */
class ImportFigures {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KEYS = Integer.getInteger("latchkey.import.keys", 100_000);
    /** Far less than the file's keys would take if they were kept. */
    private static final String SMALL_HEAP = "-Xmx64m";

    @TempDir
    private Path folder;

    @Test
    void importOfALargeFile_isFastAndTakesNoMoreMemoryAtItsEnd() throws IOException {
        int port = Ports.any();
        Path file = file();
        Map<String, String> variables = Map.of(
                "JAVA_TOOL_OPTIONS",
                SMALL_HEAP,
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_POLICY",
                World.HOME.resolve("envoy/policy.yaml").toString(),
                "LATCHKEY_REDIS_URI",
                REDIS.uri(),
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:" + port,
                "LATCHKEY_CONTROL_TOKENS",
                AdminApi.TOKENS,
                "LATCHKEY_KEYS_IMPORTS_PER_SECOND",
                "1000000");
        Map<String, String> caller = Map.of(
                "JAVA_TOOL_OPTIONS",
                SMALL_HEAP,
                "LATCHKEY_CONTROL",
                "http://127.0.0.1:" + port,
                "LATCHKEY_TOKEN",
                AdminApi.TOKEN);
        try (CommandProcess control = CommandProcess.start(variables, "control");
                AdminApi admin = new AdminApi(port)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .until(() -> {
                        admin.createWorkspace("ws_1");
                        return true;
                    });
            run("first", control, caller, file);
            run("second", control, caller, file);
        }
        assertThat(REDIS.commands().hlen("latchkey:ledger:{ws_1}:records")).isEqualTo(KEYS + 1L);
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }

    private static void run(String which, CommandProcess control, Map<String, String> caller, Path file) {
        long start = System.nanoTime();
        List<String> memory = new ArrayList<>();
        try (CommandProcess command = CommandProcess.start(
                caller, "keys", "import", "--workspace", "ws_1", "--scope", "cases:read", "--file", file.toString())) {
            while (command.isAlive()) {
                Awaitility.await().pollDelay(Duration.ofMillis(250)).until(() -> true);
                memory.add(megabytes(control.pid()) + "/" + megabytes(command.pid()));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            CommandProcess.Result result = command.awaitEnd();
            assertThat(result.status()).as(result.err()).isZero();
            System.out.printf(
                    "%s import of %d keys: %.1f s, %.0f keys/s with the start of the command; resident MB"
                            + " control/command at start %s, middle %s, end %s; %s",
                    which,
                    KEYS,
                    seconds,
                    KEYS / seconds,
                    memory.get(0),
                    memory.get(memory.size() / 2),
                    memory.get(Math.max(0, memory.size() - 2)),
                    result.out());
        }
    }

    private Path file() throws IOException {
        Path file = folder.resolve("keys.txt");
        KeyFormat format = new KeyFormat("opt", /* acceptImported= */ false);
        SecureRandom random = new SecureRandom();
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < KEYS; i++) {
                out.write(format.mint(Environment.LIVE, random).reveal());
                out.newLine();
            }
        }
        return file;
    }

    /** Returns the memory that a process has, 0 if it has ended. */
    private static long megabytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
