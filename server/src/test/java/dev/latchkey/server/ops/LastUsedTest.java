package dev.latchkey.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RedisLastUses;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LastUsedTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String NAME = used(1);
    private static final Route ROUTE = Policy.parse(
                    "{scopes: {a: A}, routes: [{match: GET /v1/cases, scope: a}]}", "policy.yaml")
            .routes()
            .get(0);

    private final AtomicLong now = new AtomicLong(1_800_000_000_000L);
    private final RedisResources resources = new RedisResources();
    private RedisLink link;
    private LastUsed lastUsed;

    @BeforeEach
    void start() {
        connect(Duration.ofSeconds(5));
    }

    private void connect(Duration timeout) {
        link = new RedisLink(RedisURI.create(REDIS.uri()), timeout, resources.client());
        link.start();
        Awaitility.await().until(() -> link.problem().isEmpty());
        lastUsed = new LastUsed(new RedisLastUses(link, new IndexSchema("latchkey:")), now::get);
    }

    @AfterEach
    void stop() {
        link.close();
        resources.close();
    }

    @Test
    void flush_keysLetThrough_areNotedWithTheirLatestUse() {
        allow("key_1");
        now.addAndGet(5000);
        allow("key_1");
        allow("key_2");

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(REDIS.commands().zscore(NAME, "key_1")).isEqualTo(1_800_000_005_000.0);
        assertThat(REDIS.commands().zscore(NAME, "key_2")).isEqualTo(1_800_000_005_000.0);
    }

    @Test
    void flush_deniedRequests_areNoUse() {
        lastUsed.decided(new Decision.Deny(Reason.SCOPE_MISSING, ROUTE, key("key_1", "ws_1")), 1);
        lastUsed.decided(new Decision.Allow(Reason.PUBLIC, ROUTE, null), 1);

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(REDIS.commands().exists(NAME)).isZero();
    }

    @Test
    void flush_laterUseNotedByAnother_stays() {
        REDIS.commands().zadd(NAME, 1_900_000_000_000.0, "key_1");
        allow("key_1");

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(REDIS.commands().zscore(NAME, "key_1")).isEqualTo(1_900_000_000_000.0);
    }

    @Test
    void flush_nothingNew_sendsNothing() {
        allow("key_1");
        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
        REDIS.commands().del(NAME);

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(REDIS.commands().exists(NAME)).isZero();

        now.addAndGet(2000);
        allow("key_1");
        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(REDIS.commands().exists(NAME)).isOne();
    }

    @Test
    void flush_manyKeys_arrivesWhole() {
        for (int i = 0; i < 2500; i++) {
            allow("key_" + i);
        }

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(REDIS.commands().zcard(NAME)).isEqualTo(2500);
    }

    @Test
    void flush_redisHangs_hasOneRoundUnderWayAndTheRestWaits() {
        link.close();
        connect(Duration.ofSeconds(1));
        for (int i = 0; i < 2500; i++) {
            allow("key_" + i);
        }
        REDIS.pause();
        try {
            assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
        } finally {
            REDIS.resume();
        }
        // Asked on the same connection: after all that it had been sent.
        assertThat(Awaitility.await().until(this::notedByNow, Objects::nonNull)).isEqualTo(1000);

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(REDIS.commands().zcard(NAME)).isEqualTo(2500);
    }

    @Test
    void flush_whileAnotherFails_losesNothing() {
        link.close();
        connect(Duration.ofSeconds(1));
        allow("key_1");
        REDIS.pause();
        try {
            var first = lastUsed.flush();
            assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
            assertThat(first).isCompleted();
        } finally {
            REDIS.resume();
        }
        Awaitility.await().until(this::notedByNow, Objects::nonNull);
        REDIS.commands().del(NAME);

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(REDIS.commands().zcard(NAME)).isOne();
    }

    @Test
    void flush_redisRefusesTwoWorkspaces_notesTheOthers() {
        for (int i = 0; i < 9000; i++) {
            allow("key_" + i, "ws_" + i % 9);
        }
        REDIS.commands().set(used(1), "no sorted set");
        REDIS.commands().set(used(6), "no sorted set");

        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        for (int i : new int[] {0, 2, 3, 4, 5, 7, 8}) {
            assertThat(REDIS.commands().zcard(used(i))).isEqualTo(1000);
        }
        REDIS.commands().del(used(1), used(6));
        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(REDIS.commands().zcard(used(1))).isEqualTo(1000);
        assertThat(REDIS.commands().zcard(used(6))).isEqualTo(1000);
    }

    @Test
    void flush_redisDown_failsNothingAndIsMadeUpFor() throws Exception {
        allow("key_1");
        REDIS.kill();
        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        REDIS.start();
        Awaitility.await().until(() -> link.problem().isEmpty());
        assertThat(lastUsed.flush()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(REDIS.commands().zcard(NAME)).isOne();
    }

    @Test
    void close_whatIsNew_isNoted() {
        allow("key_1");

        lastUsed.close();

        assertThat(REDIS.commands().zcard(NAME)).isOne();
    }

    private static String used(int workspace) {
        return "latchkey:used:{ws_" + workspace + "}";
    }

    /** Returns null if Redis does not answer yet. */
    private @Nullable Long notedByNow() throws InterruptedException {
        try {
            return link.commands().zcard(NAME).toCompletableFuture().get();
        } catch (ExecutionException e) {
            return null;
        }
    }

    private void allow(String id) {
        allow(id, "ws_1");
    }

    private void allow(String id, String workspace) {
        lastUsed.decided(new Decision.Allow(Reason.OK, ROUTE, key(id, workspace)), 1);
    }

    private static KeyRecord key(String id, String workspace) {
        return new KeyRecord(id, workspace, Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
    }
}
