package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.KeyIndexContract;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisKeyIndexTest extends KeyIndexContract {
    private static final KeyDigest DIGEST = KeyDigest.of("1.fpUeNyecLkBN7afys4oTEdkMlYtLD-pOJpG91RNGZ4c");

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final IndexSchema schema = new IndexSchema("latchkey:");
    private final RedisResources resources = new RedisResources();
    private RedisLink link;
    private RedisKeyIndex index;

    @BeforeEach
    void connect() {
        link = new RedisLink(RedisURI.create(REDIS.uri()), Duration.ofMillis(250), resources.client());
        link.start();
        index = new RedisKeyIndex(link, schema);
        Awaitility.await().until(() -> link.problem().isEmpty());
    }

    @AfterEach
    void close() {
        link.close();
        resources.close();
    }

    @Override
    protected KeyIndex index() {
        return index;
    }

    @Override
    protected void store(KeyDigest digest, KeyRecord key) {
        REDIS.store(schema, digest, key);
    }

    @Override
    protected void store(WorkspaceRecord workspace) {
        REDIS.store(schema, workspace);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "v,2",
        "v,''",
        "id,''",
        "id,a b",
        "workspace,ws/1",
        "environment,prod",
        "scopes,a  b",
        "scopes,\"",
        "state,paused",
        "expires_at,soon",
        "expires_at,-1",
        "expires_at,1e12",
        "rev,x",
        "rev,''"
    })
    void findKey_unreadableField_isABadRecord(String field, String value) {
        REDIS.commands()
                .hset(
                        schema.key(DIGEST),
                        Map.of(
                                "v",
                                "1",
                                "id",
                                "key_1",
                                "workspace",
                                "ws_1",
                                "environment",
                                "live",
                                "scopes",
                                "cases:read",
                                "state",
                                "active",
                                "rev",
                                "1"));
        REDIS.commands().hset(schema.key(DIGEST), field, value);

        assertFault(index.findKey(DIGEST), IndexException.Fault.BAD_RECORD, "[" + field + "]");
    }

    @Test
    void findKey_everyFieldMissing_namesThemAll() {
        REDIS.commands().hset(schema.key(DIGEST), "other", "x");

        assertFault(
                index.findKey(DIGEST),
                IndexException.Fault.BAD_RECORD,
                "[v, id, workspace, environment, scopes, state, rev]");
    }

    @Test
    void findKey_recordOfAnotherType_isABadRecord() {
        REDIS.commands().set(schema.key(DIGEST), "text");

        assertFault(index.findKey(DIGEST), IndexException.Fault.BAD_RECORD, "not a hash");
    }

    @Test
    void findWorkspace_unknownState_isABadRecord() {
        REDIS.commands().hset(schema.workspace("ws_1"), Map.of("v", "1", "state", "trial", "rev", "1"));

        assertFault(index.findWorkspace("ws_1"), IndexException.Fault.BAD_RECORD, "[state]");
    }

    @Test
    void findKey_redisStopped_timesOutAndRecoversByItself() throws Exception {
        REDIS.pause();
        try {
            assertFault(index.findKey(DIGEST), IndexException.Fault.TIMEOUT, "in time");
        } finally {
            REDIS.resume();
        }

        Awaitility.await()
                .ignoreExceptions()
                .until(() -> index.findKey(DIGEST).get().isEmpty());
    }

    @Test
    void findKey_redisKilled_failsAtOnceAndRecoversByItself() throws Exception {
        REDIS.kill();
        Awaitility.await().until(() -> link.problem().isPresent());
        assertFault(index.findKey(DIGEST), IndexException.Fault.UNAVAILABLE, "no connection");
        assertThat(link.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("127.0.0.1"));

        REDIS.start();

        Awaitility.await()
                .ignoreExceptions()
                .until(() -> index.findKey(DIGEST).get().isEmpty());
        assertThat(link.problem()).isEmpty();
    }

    @Test
    void start_wrongPassword_saysSoWithoutThePassword() {
        RedisLink refused = new RedisLink(
                RedisURI.create("redis://someone:marker-secret@127.0.0.1:" + REDIS.port()),
                Duration.ofMillis(250),
                resources.client());
        refused.start();
        try {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(refused.problem())
                            .hasValueSatisfying(problem ->
                                    assertThat(problem).contains("WRONGPASS").doesNotContain("marker-secret")));
        } finally {
            refused.close();
        }
    }

    private static void assertFault(CompletableFuture<?> future, IndexException.Fault fault, String message) {
        assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        IndexException.class, e -> assertThat(e.fault()).isEqualTo(fault))
                .hasMessageContaining(message);
    }
}
