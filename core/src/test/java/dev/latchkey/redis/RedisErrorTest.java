package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.redis.RedisError.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors as Redis words them. */
class RedisErrorTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            WRONGTYPE Operation against a key holding the wrong kind of value | BAD_RECORD
            BADREPLY a reply to GET is of a wrong type | BAD_RECORD
            BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE. | PASSING
            LOADING Redis is loading the dataset in memory | PASSING
            TRYAGAIN Multiple keys request during rehashing of slot | PASSING
            MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'. | PASSING
            CLUSTERDOWN The cluster is down | PASSING
            NOREPLICAS Not enough good replicas to write. | PASSING
            MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. | PASSING
            NOSCRIPT No matching script. | PASSING
            ERR max number of clients reached | PASSING
            READONLY You can't write against a read only replica. | WRONG_SERVER
            MOVED 3999 127.0.0.1:6381 | WRONG_SERVER
            ASK 3999 127.0.0.1:6381 | WRONG_SERVER
            CROSSSLOT Keys in request don't hash to the same slot | WRONG_SERVER
            ERR DB index is out of range | WRONG_SERVER
            DENIED Redis is running in protected mode because protected mode is enabled | WRONG_SERVER
            OOM command not allowed when used memory > 'maxmemory'. | FULL
            NOAUTH Authentication required. | LOGIN
            WRONGPASS invalid username-password pair or user is disabled. | LOGIN
            NOPERM User sidecar has no permissions to run the 'get' command | PERMISSION
            ERR The user executing the script can't run this command or subcommand script: f_1 | PERMISSION
            ERR ACL failure in script: No permissions to access a key | PERMISSION
            ERR unknown command 'EVAL', with args beginning with: | UNSUPPORTED
            ERR unknown subcommand 'TRACKING'. Try CLIENT HELP. | UNSUPPORTED
            NOPROTO unsupported protocol version | UNSUPPORTED
            ERR syntax error | OTHER
            BUSYGROUP Consumer Group name already exists | OTHER
            OOMish | OTHER
            '' | OTHER
            """)
    void kindOf_errorOfRedis_isThatOfTheTable(String message, Kind kind) {
        assertThat(RedisError.kindOf(message)).isEqualTo(kind);
    }
}
