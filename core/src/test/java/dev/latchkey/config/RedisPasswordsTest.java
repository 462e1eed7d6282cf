package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.config.value.RedisUri;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords of every character, on a real Redis: what is %-encoded arrives as it was, and a plus stays a plus. */
class RedisPasswordsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b", "a:b", "a/b", "a#b", "a?b", "a%b", "a+b", "a=b", "a\"b", "a\\b", "a'b", "a b", "aüb", "%40", "+="
            })
    void login_passwordIsEncoded_works(String password) {
        assertLogsIn(
                password, URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    @Test
    void login_plusAndEqualsSignAsTheyAre_workAndAPlusIsAPlus() {
        assertLogsIn("a+b=c", "a+b=c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cr3t#x", "s3cr3t/x", "s3cr3t?x", "s3cr3t%zz", "s3cr3t x", "s3cr3t\"x"})
    void parse_passwordThatBreaksTheUri_isRefusedAndNotShown(String password) {
        assertThatThrownBy(() -> RedisUri.parse("redis://sidecar:" + password + "@127.0.0.1:6379"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cr3t");
    }

    private static void assertLogsIn(String password, String written) {
        REDIS.commands()
                .aclSetuser(
                        "odd",
                        io.lettuce.core.AclSetuserArgs.Builder.on()
                                .resetpass()
                                .addPassword(password)
                                .allCommands()
                                .allKeys());
        RedisUri uri = RedisUri.parse("redis://odd:" + written + "@127.0.0.1:" + REDIS.port());
        RedisClient client = RedisClient.create(RedisURI.create(uri.reveal()));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().aclWhoami()).isEqualTo("odd");
        } finally {
            client.shutdown();
        }
    }
}
