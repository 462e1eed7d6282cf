package dev.latchkey.e2e.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.cli.demo.EnvoyProcess;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.Shell;
import dev.latchkey.e2e.World;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A user's first steps with {@code docker-compose.yml}, against the processes that it describes. */
@Tag("one-envoy")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeIT {
    @TempDir
    static Path folder;

    private static ComposeWorld world;
    private static Map<String, String> keys;

    /** When this returns, each health check has passed. */
    @BeforeAll
    static void start() throws Exception {
        world = new ComposeWorld(folder);
        keys = new TreeMap<>();
        assertThat(world.cli("workspaces", "create", "ws_1").status()).isZero();
        create("read", "cases:read");
        create("leaked", "cases:read");
        create("test", "cases:read", "--environment", "test");
        create("parties", "parties:read");
    }

    @AfterAll
    static void stop() {
        if (world != null) {
            world.close();
        }
    }

    @Test
    @Order(1)
    void requests_throughEnvoy_areAnsweredAsDocumented() {
        RawHttp.Response live = get("read");
        assertThat(live.status()).isEqualTo(200);
        JsonNode echo = World.json(live.body());
        assertThat(echo.get("upstream").asText()).isEqualTo("live");
        assertThat(echo.at("/headers/x-latchkey-workspace").asText()).isEqualTo("ws_1");
        assertThat(echo.get("headers").has("authorization")).isFalse();

        assertThat(World.json(get("test").body()).get("upstream").asText()).isEqualTo("sandbox");
        World.assertProblem(get(null), 401, "AUTH_INVALID_KEY");
        World.assertProblem(get("parties"), 403, "AUTH_INSUFFICIENT_SCOPE");
    }

    @Test
    @Order(2)
    void key_revoked_isRefused() throws IOException {
        assertThat(get("leaked").status()).isEqualTo(200);

        assertThat(world.cli("keys", "revoke", keys.get("leaked id")).status()).isZero();

        World.assertProblem(get("leaked"), 401, "AUTH_INVALID_KEY");
    }

    @Test
    @Order(3)
    void redis_killedAndStartedAgain_hasKeysAndRevocations() throws Exception {
        world.redis().kill();
        Awaitility.await().until(() -> send(keys.get("read")).status() == 503);
        world.redis().start();

        assertThat(get("read").status()).isEqualTo(200);
        World.assertProblem(get("leaked"), 401, "AUTH_INVALID_KEY");
        CommandProcess.Result list = Awaitility.await()
                .until(() -> world.cli("keys", "list", "--workspace", "ws_1", "--all"), result -> result.status() == 0);
        assertThat(list.out()).contains(keys.get("read id"), keys.get("leaked id"), "revoked");
    }

    @Test
    @Order(4)
    void sidecar_itsUserOfRedis_readsRecordsAndWritesNone() throws IOException {
        as(world.secret("sidecar-redis-uri"), redis -> {
            assertThat(redis.hgetall("latchkey:canary")).isNotEmpty();
            refused(() -> redis.hset("latchkey:key:1.x", "state", "active"));
            refused(() -> redis.del("latchkey:key:1.x"));
            refused(() -> redis.hgetall("latchkey:ledger:{ws_1}:keys"));
            refused(() -> redis.configGet("*"));
            refused(redis::flushall);
        });
        as(world.secret("control-redis-uri"), redis -> {
            refused(() -> redis.configGet("*"));
            refused(redis::flushall);
            refused(() -> redis.set("other", "x"));
        });
    }

    @Test
    @Order(5)
    void redis_theUserOfItsHealthCheck_canPingAndNothingElse() {
        as(world.redis().uri().replace("//", "//health:any@"), redis -> {
            assertThat(redis.ping()).isEqualTo("PONG");
            refused(() -> redis.get("latchkey:canary"));
            refused(redis::aclList);
            refused(redis::flushall);
        });
    }

    @Test
    @Order(6)
    void redis_itsDefaultUser_letsNobodyIn() {
        for (String login : List.of("", "default:any@")) {
            assertThatThrownBy(() -> as(world.redis().uri().replace("//", "//" + login), RedisCommands::ping))
                    .hasStackTraceContaining(login.isEmpty() ? "NOAUTH" : "WRONGPASS");
        }
    }

    @Test
    @Order(7)
    void envoy_configurationForCompose_isValid() throws Exception {
        String config = Shell.run(List.of(
                        "sed",
                        "-f",
                        World.HOME.resolve("deploy/compose/envoy.sed").toString(),
                        World.HOME.resolve("envoy/envoy.yaml").toString()))
                .output();

        Shell.Outcome outcome = Shell.run(List.of(
                EnvoyProcess.find(World.HOME, World.ENVOY_VERSION).toString(),
                "--mode",
                "validate",
                "--config-yaml",
                config));

        assertThat(outcome.status()).as(outcome.output()).isZero();
    }

    @Test
    @Order(8)
    void processes_toldToStop_endWithSuccess_andNoneHasShownASecret() throws IOException {
        String[] secrets = {
            keys.get("read"),
            keys.get("leaked"),
            world.secret("peppers").substring(2),
            world.secret("token"),
            password("sidecar-redis-uri"),
            password("control-redis-uri")
        };
        for (String service : List.of("sidecar", "control", "upstream", "upstream-test")) {
            CommandProcess.Result ended = world.command(service).terminate();

            assertThat(ended.status()).as(service + ended.err()).isZero();
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).as(service).doesNotContain(secrets).doesNotContain("Exception");
        }
        assertThat(Files.readString(folder.resolve("envoy.log"))).doesNotContain(secrets);
    }

    private static void create(String name, String scope, String... more) throws IOException {
        String[] line = {"keys", "create", "--workspace", "ws_1", "--name", name, "--scope", scope, "--output", "json"};
        String[] whole = Stream.concat(Arrays.stream(line), Arrays.stream(more)).toArray(String[]::new);
        CommandProcess.Result created = world.cli(whole);
        assertThat(created.status()).as(created.err()).isZero();
        keys.put(name, World.json(created.out()).get("secret").asText());
        keys.put(name + " id", World.json(created.out()).at("/key/id").asText());
    }

    /** Asks until there is a decision: on a busy machine the timeouts, which are those of the product, pass. */
    private static RawHttp.Response get(String name) {
        return Awaitility.await()
                .until(() -> send(name == null ? null : keys.get(name)), response -> response.status() != 503);
    }

    private static RawHttp.Response send(String key) {
        String authorization = key == null ? "" : "Authorization: Bearer " + key + "\r\n";
        return RawHttp.send(world.port(10_000), "GET /v1/cases HTTP/1.1\r\nHost: x\r\n" + authorization + "\r\n");
    }

    private static String password(String secret) throws IOException {
        return world.secret(secret).replaceFirst(".*:([^@]*)@.*", "$1");
    }

    private interface Use {
        void of(RedisCommands<String, String> redis);
    }

    private static void as(String uri, Use use) {
        try (RedisClient client = RedisClient.create(uri);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            use.of(connection.sync());
        }
    }

    private static void refused(ThrowingCallable command) {
        assertThatThrownBy(command)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("NOPERM");
    }
}
