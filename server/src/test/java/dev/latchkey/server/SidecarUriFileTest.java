package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.health.RedisUsers;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The password of Redis is changed while a sidecar runs: it is in a file, which is read for each connection. */
class SidecarUriFileTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @TempDir
    private static Path folder;

    private final Path file = folder.resolve("uri");

    @Test
    void password_changedInItsFile_isUsedByTheNextConnection() throws Exception {
        password("first-marker");
        write("redis://latch:first-marker@127.0.0.1:" + REDIS.port());
        RunningSidecar.announce(REDIS);
        RunningSidecar.seed(REDIS);
        Map<String, String> more = Map.of("LATCHKEY_REDIS_URI_FILE", file.toString(), "LATCHKEY_REDIS_TIMEOUT", "5s");
        try (RunningSidecar sidecar = new RunningSidecar("", more)) {
            await(() -> sidecar.reason().equals("ok"));

            // The file comes later than the change, and is wrong for a moment.
            password("second-marker");
            write("not a URI: second-marker");
            REDIS.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
            await(() -> sidecar.get("/readyz").contains("redis.uri before holds on, since its file is wrong"));
            await(() -> sidecar.get("/readyz").contains("WRONGPASS"));
            assertThat(sidecar.get("/readyz")).doesNotContain("marker");

            write("redis://latch:second-marker@127.0.0.1:" + REDIS.port() + "\n");
            await(() -> sidecar.reason().equals("ok"));
            await(() -> !sidecar.get("/readyz").contains("before holds on"));
        }
    }

    private static void password(String password) {
        REDIS.setUser("latch", password, RedisUsers.sidecar("latchkey:"));
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }
}
