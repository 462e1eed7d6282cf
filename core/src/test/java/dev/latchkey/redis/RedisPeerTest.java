package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words for failures that no test brings about for real. */
class RedisPeerTest {
    private static final RedisPeer PEER = new RedisPeer("redis:6379/0", "sidecar", /* tls= */ false);

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "READONLY You can't write against a read only replica.        | read-only replica",
                "MASTERDOWN Link with MASTER is down                          | replica without its primary",
                "OOM command not allowed when used memory > 'maxmemory'.      | is full",
                "MISCONF Redis is configured to save RDB snapshots, but       | cannot save its data",
                "BUSY Redis is busy running a script.                         | busy with a script",
                "MOVED 3999 127.0.0.1:6381                                    | node of a Redis Cluster",
                "DENIED Redis is running in protected mode                    | protected mode",
                "ERR max number of clients reached                            | raise its maxclients",
                "ERR DB index is out of range                                 | no database of this number",
                "ERR unknown command 'HELLO'                                  | Redis 7.0 or newer",
                "NOPERM User sidecar has no permissions to run the 'zadd' command | ACL SETUSER sidecar +zadd",
                "ERR something new                                            | refuses a command (ERR something new)"
            })
    void refusal_ofRedis_isExplained(String message, String words) {
        assertThat(PEER.explain(new RedisCommandExecutionException(message)))
                .startsWith("Redis at redis:6379/0 ")
                .contains(words);
    }

    @Test
    void refusal_thatQuotesTheLogin_isShownWithoutIt() {
        assertThat(PEER.explain(new RedisCommandExecutionException(
                        "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`,"
                                + " `sidecar`, `marker-secret`, ")))
                .contains("unknown command `HELLO`")
                .doesNotContain("marker-secret");
    }

    @Test
    void connection_refusedToANativeTransport_isSaidWithoutItsErrorNumber() {
        assertThat(PEER.explain(new RedisConnectionException(
                        "Unable to connect",
                        new ConnectException(
                                "finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:1"))))
                .contains("connection refused; is Redis running there")
                .doesNotContain("finishConnect", "-111");
    }

    @Test
    void host_unknown_isSaid() {
        assertThat(PEER.explain(new RedisConnectionException("Unable to connect", new UnknownHostException("redis"))))
                .isEqualTo("Redis at redis:6379/0 was not found: there is no host of this name; correct redis.uri,"
                        + " or the DNS");
    }
}
