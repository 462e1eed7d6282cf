package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyDigest;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reply of a type that the command does not have is never taken for "there is none". */
class RepliesTest {
    private static final KeyDigest DIGEST = Digests.named("x");

    private final RedisResources resources = new RedisResources();
    private volatile String reply = "%0\r\n";
    private EvilRedis redis;
    private RedisLink link;
    private RedisKeyIndex index;

    @BeforeEach
    void start() throws IOException {
        redis = new EvilRedis(command -> reply);
        link = new RedisLink(
                RedisURI.create("redis://127.0.0.1:" + redis.port()), Duration.ofSeconds(5), resources.client());
        link.start();
        Awaitility.await().until(() -> link.problem().isEmpty());
        index = new RedisKeyIndex(link, new IndexSchema("latchkey:"));
    }

    @AfterEach
    void stop() throws IOException {
        link.close();
        resources.close();
        redis.close();
    }

    /** Ends of lines are written as spaces. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK ",
                "+QUEUED ",
                "+ ",
                ":0 ",
                ":5 ",
                "$-1 ",
                "$0  ",
                "$2 hi ",
                "_ ",
                "#t ",
                ",1.5 ",
                "(123 ",
                "=5 txt:a ",
                "*-1 ",
                "*1 $1 v ",
                "*3 $1 v $1 1 $1 a ",
                "*2 $-1 $-1 ",
                "*2 *0 *0 ",
                "*1 *0 ",
                "~0 ",
                "~2 $1 v $1 1 ",
                "%1 $1 v :1 ",
                "%1 $1 v _ ",
                "%1 $1 v *0 ",
                "%1 $1 v %0 ",
                "%1 :1 $1 v ",
                "%2 $1 v $1 1 $1 v $1 1 ",
            })
    void read_replyIsNoHash_isABadRecordAndTheNextReadIsRight(String wrong) {
        reply = wrong.replace(" ", "\r\n");
        assertBadRecord(index.findKey(DIGEST));
        assertBadRecord(index.findWorkspace("ws_1"));

        reply = "%0\r\n";
        assertThat(index.findKey(DIGEST))
                .succeedsWithin(Duration.ofSeconds(5))
                .satisfies(key -> assertThat(key).isEmpty());
        reply = "*0\r\n";
        assertThat(index.findWorkspace("ws_1"))
                .succeedsWithin(Duration.ofSeconds(5))
                .satisfies(workspace -> assertThat(workspace).isEmpty());
        reply = "%3\r\n$1\r\nv\r\n$1\r\n1\r\n$5\r\nstate\r\n$6\r\nactive\r\n$3\r\nrev\r\n$1\r\n7\r\n";
        assertThat(index.findWorkspace("ws_1").join().orElseThrow().active()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BUSY Redis is busy running a script",
                "LOADING Redis is loading the dataset in memory",
                "TRYAGAIN again",
                "MASTERDOWN Link with MASTER is down",
                "CLUSTERDOWN The cluster is down",
                "READONLY You can't write",
                "OOM command not allowed",
                "NOPERM no permission",
                "NOAUTH Authentication required.",
                "MISCONF no disk",
                "NOREPLICAS Not enough good replicas",
                "MOVED 1 127.0.0.1:1",
                "ASK 1 127.0.0.1:1",
                "NOSCRIPT No matching script",
                "ERR unknown command 'HGETALL'",
                "ERR whatever",
                "UNHEARD of",
            })
    void read_errorOfRedis_isUnavailable(String error) {
        reply = "-" + error + "\r\n";
        assertFault(index.findKey(DIGEST), IndexException.Fault.UNAVAILABLE);

        // Lettuce reads a bulk error, which Redis never sends here, as a string: it is no hash.
        reply = "!" + error.length() + "\r\n" + error + "\r\n";
        assertBadRecord(index.findWorkspace("ws_1"));
    }

    @Test
    void read_storedIsOfAnotherType_isABadRecord() {
        reply = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
        assertBadRecord(index.findKey(DIGEST));
    }

    @Test
    void otherCommands_replyOfAnotherType_isAnErrorAndNoAbsence() {
        Map<String, Function<RedisAsyncCommands<String, String>, CompletableFuture<?>>> commands = Map.of(
                "get", redis -> redis.get("a").toCompletableFuture(),
                "hget", redis -> redis.hget("a", "b").toCompletableFuture(),
                "exists", redis -> redis.exists("a").toCompletableFuture(),
                "time", redis -> redis.time().toCompletableFuture(),
                "hmget", redis -> redis.hmget("a", "b").toCompletableFuture(),
                "zrange", redis -> redis.zrange("a", 0, -1).toCompletableFuture(),
                "eval number",
                        redis -> redis.eval("x", ScriptOutputType.INTEGER, "k").toCompletableFuture(),
                "eval text",
                        redis -> redis.eval("x", ScriptOutputType.VALUE, "k").toCompletableFuture());
        Map<String, String> wrong = Map.of(
                "get", "*0 |:5 |+QUEUED |*1 $1 a |%0 ",
                "hget", "*0 |:5 |+QUEUED |#f ",
                "exists", "_ |$-1 |*0 |+OK |+QUEUED |*1 :1 ",
                "time", "_ |*-1 |+OK |:1 |+QUEUED ",
                "hmget", "_ |*-1 |+OK |:1 |+QUEUED ",
                "zrange", "_ |*-1 |+OK |:1 |+QUEUED ",
                "eval number", "_ |$-1 |*0 |+OK |+QUEUED |*1 :1 ",
                "eval text", "_ |$-1 |*0 |:1 |+QUEUED |*1 $1 a ");
        commands.forEach((name, command) -> {
            for (String other : wrong.get(name).split("\\|")) {
                reply = other.replace(" ", "\r\n");
                assertThatThrownBy(() -> command.apply(link.commands()).get(5, TimeUnit.SECONDS))
                        .as("%s: %s", name, other)
                        .cause()
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageStartingWith("BADREPLY ");
            }
        });
        reply = "$-1\r\n";
        assertThat(link.commands().get("a").toCompletableFuture().join()).isNull();
        reply = ":1\r\n";
        assertThat(link.commands().exists("a").toCompletableFuture().join()).isOne();
    }

    private static void assertBadRecord(CompletableFuture<?> future) {
        assertFault(future, IndexException.Fault.BAD_RECORD);
    }

    private static void assertFault(CompletableFuture<?> future, IndexException.Fault fault) {
        assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        IndexException.class, e -> assertThat(e.fault()).isEqualTo(fault));
    }
}
