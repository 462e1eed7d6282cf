package dev.latchkey.cli.demo;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Peppers;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.AsyncRedisClient;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.server.Sidecar;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * The {@code latchkey train} command, which starts a sidecar and stops it once it is ready, so that the JVM can record
 * the start in an AOT cache ({@code -XX:AOTCacheOutput}). All data is made up, in a Redis of its own.
 */
@Command(
        name = "train",
        hidden = true,
        description = "Start a sidecar and end it once it is warm; for the launcher and the image.")
public final class TrainingCommand implements Callable<Integer> {
    private static final String POLICY = "{scopes: {a: A}, routes: [{match: GET /a, scope: a}]}";

    private final SecureRandom random = new SecureRandom();

    @Override
    public Integer call() throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("latchkey-train");
            try {
                train(folder);
            } finally {
                PrivateFiles.deleteFolder(folder);
            }
        } catch (IOException e) {
            throw CommandFailure.refused("nothing to train with: " + e.getMessage());
        }
        return 0;
    }

    private void train(Path folder) throws IOException, InterruptedException {
        String password = Long.toHexString(random.nextLong());
        String peppers = Peppers.generate(1, random);
        try (RedisProcess redis =
                new RedisProcess(Ports.any(), new RedisProcess.Passwords(password, password, password), folder)) {
            announce(redis.operatorUri(), Peppers.parse(peppers));
            Settings settings = SettingsLoader.load(
                            ProcessKind.SIDECAR,
                            null,
                            Map.of(
                                    "LATCHKEY_REDIS_URI",
                                    redis.sidecarUri(),
                                    "LATCHKEY_PEPPERS",
                                    peppers,
                                    "LATCHKEY_POLICY",
                                    "made-up.yaml",
                                    "LATCHKEY_AUTHZ_LISTEN",
                                    "127.0.0.1:" + Ports.any(),
                                    "LATCHKEY_OPS_LISTEN",
                                    "127.0.0.1:" + Ports.any(),
                                    "LATCHKEY_READY_WARM_UP",
                                    "30s"))
                    .settings();
            try (Sidecar sidecar =
                    Sidecar.start(settings, new Policies(Policy.parse(POLICY, "made-up.yaml"), Map.of()))) {
                Waiting.until("sidecar", sidecar::ready);
            }
        }
    }

    /**
     * Writes the entries of a control plane without which no sidecar becomes ready. Uses the same client as the
     * sidecar, and only the parts of the client that the sidecar uses.
     */
    private static void announce(String uri, Peppers peppers) {
        IndexSchema schema = new IndexSchema("latchkey:");
        try (RedisResources resources = new RedisResources();
                RedisClient client = new AsyncRedisClient(resources.client())) {
            RedisAsyncCommands<String, String> redis =
                    client.connect(StringCodec.UTF8, RedisURI.create(uri)).async();
            redis.set(schema.schemaVersion(), "1").toCompletableFuture().join();
            redis.set(schema.pepperCheck(1), peppers.check(1))
                    .toCompletableFuture()
                    .join();
        }
    }
}
