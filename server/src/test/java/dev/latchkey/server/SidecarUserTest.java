package dev.latchkey.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.health.RedisUsers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the sidecar's Redis user can do, and what it cannot; that the sidecar works with it is the demo's test. */
class SidecarUserTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private RedisClient client;
    private RedisCommands<String, String> commands;

    @BeforeEach
    void connect() {
        String[] rules = Stream.concat(
                        Stream.of("sidecar", "reset", "on", ">secret"), RedisUsers.sidecar("latchkey:").stream())
                .toArray(String[]::new);
        REDIS.commands()
                .dispatch(
                        CommandType.ACL,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add("SETUSER").addValues(rules));
        RedisURI uri = RedisURI.create("127.0.0.1", REDIS.port());
        uri.setCredentialsProvider(new StaticCredentialsProvider("sidecar", "secret".toCharArray()));
        client = RedisClient.create(uri);
        commands = client.connect().sync();
    }

    @AfterEach
    void close() {
        client.shutdown();
    }

    private record Row(String name, Consumer<RedisCommands<String, String>> command) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> forbidden() {
        return Stream.of(
                new Row("make a key", c -> c.hset("latchkey:key:1.x", Map.of("state", "active"))),
                new Row("activate a workspace", c -> c.hset("latchkey:workspace:ws_1", Map.of("state", "active"))),
                new Row("delete a key", c -> c.del("latchkey:key:1.x")),
                new Row("let a key expire", c -> c.expire("latchkey:key:1.x", 1)),
                new Row("put a sorted set in a key's place", c -> c.zadd("latchkey:key:1.x", 1, "x")),
                new Row("read the ledger", c -> c.hgetall("latchkey:ledger:{ws_1}:records")),
                new Row("read other people's data", c -> c.get("session:1")),
                new Row("list names", c -> c.keys("*")),
                new Row("read the configuration", c -> c.configGet("requirepass")),
                new Row("run a script", c -> c.eval("return 1", ScriptOutputType.INTEGER)),
                new Row("swap databases", c -> c.swapdb(0, 1)),
                new Row("empty the index", RedisCommands::flushall),
                new Row("see users", RedisCommands::aclList),
                new Row("cut off clients", c -> c.clientKill("127.0.0.1:1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forbidden")
    void command_beyondItsNeeds_isRefused(Row row) {
        assertThatThrownBy(() -> row.command.accept(commands)).hasMessageContaining("NOPERM");
    }

    @Test
    void command_thatTheSidecarNeeds_works() {
        commands.hgetall("latchkey:key:1.x");
        commands.hgetall("latchkey:workspace:ws_1");
        commands.hgetall("latchkey:canary");
        commands.get("latchkey:meta:pepper:1");
        commands.zadd("latchkey:used:{ws_1}", 1, "key_1");
        commands.time();
        commands.ping();
    }
}
