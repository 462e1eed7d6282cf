package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AsyncRedisClientTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final RedisResources resources = new RedisResources();
    private final RedisClient client = new AsyncRedisClient(resources.client());

    @AfterEach
    void close() {
        client.close();
        resources.close();
    }

    @Test
    void connection_hasAsync_andSaysThatItHasNoOther() throws Exception {
        StatefulRedisConnection<String, String> connection =
                client.connect(StringCodec.UTF8, RedisURI.create(REDIS.uri()));

        assertThat(connection.async().ping().get(30, TimeUnit.SECONDS)).isEqualTo("PONG");
        assertThatThrownBy(connection::sync).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(connection::reactive).isInstanceOf(UnsupportedOperationException.class);
    }
}
