package dev.latchkey.server.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WarmUpRedisTest {
    private static final Map<String, String> HASH = Map.of("id", "key_1", "scopes", "a b", "empty", "");

    private WarmUpRedis redis;
    private RedisClient client;

    @BeforeEach
    void start() throws IOException {
        redis = new WarmUpRedis(Map.of("hash", HASH));
        client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(redis.port())
                .withTimeout(Duration.ofSeconds(30))
                .build());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        redis.close();
    }

    @Test
    void hgetall_ofWhatItHolds_isThat_ofAnythingElse_isEmpty() {
        RedisCommands<String, String> commands = client.connect().sync();

        assertThat(commands.hgetall("hash")).isEqualTo(HASH);
        assertThat(commands.hgetall("other")).isEmpty();
        assertThat(commands.ping()).isEqualTo("PONG");
    }

    @Test
    void anyOtherCommand_isAnError() {
        RedisCommands<String, String> commands = client.connect().sync();

        assertThatThrownBy(() -> commands.set("hash", "x")).isInstanceOf(RedisCommandExecutionException.class);
        assertThat(commands.hgetall("hash")).isEqualTo(HASH);
    }
}
