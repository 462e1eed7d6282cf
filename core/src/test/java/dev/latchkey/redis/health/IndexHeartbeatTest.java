package dev.latchkey.redis.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Digests;
import dev.latchkey.key.Peppers;
import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexHeartbeatTest {
    private static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final IndexSchema schema = new IndexSchema("latchkey:");
    private final IndexClock clock = IndexClock.ofSystem();
    private final RedisResources resources = new RedisResources();
    private FaultProxy proxy;
    private RedisLink link;
    private IndexHeartbeat heartbeat;

    @BeforeEach
    void start() throws Exception {
        proxy = new FaultProxy(REDIS.port());
        link = new RedisLink(
                RedisURI.create("redis://127.0.0.1:" + proxy.port()), Duration.ofMillis(250), resources.client());
        heartbeat = new IndexHeartbeat(link, schema, clock, PEPPERS);
        link.start();
        heartbeat.start(resources.client().eventExecutorGroup());
        Awaitility.await().until(() -> heartbeat.problem().isEmpty());
    }

    @AfterEach
    void stop() throws Exception {
        heartbeat.close();
        link.close();
        resources.close();
        proxy.close();
    }

    @Test
    void connectionSilentButOpen_isReplacedAndTheIndexCanBeReadAgain() {
        proxy.freeze();
        Awaitility.await().until(() -> heartbeat.problem().isPresent());

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> heartbeat.problem().isEmpty());
        assertThat(new RedisKeyIndex(link, schema).findKey(Digests.named("x"))).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void connectionSilentUnderLoad_withItsQueueFull_isReplacedAsWell() {
        RedisKeyIndex index = new RedisKeyIndex(link, schema);
        proxy.freeze();
        for (int i = 0; i < 20_000; i++) {
            var unused = index.findKey(Digests.named("x"));
        }

        Awaitility.await().until(() -> heartbeat.problem().isPresent());
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> heartbeat.problem().isEmpty());
    }

    @Test
    void redisStoppedForLongerThanASilence_isReadAgainOnceItGoesOn() throws Exception {
        REDIS.pause();
        try {
            Awaitility.await().until(() -> link.problem().isPresent());
        } finally {
            REDIS.resume();
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> heartbeat.problem().isEmpty());
    }

    @ParameterizedTest(name = "by {0} ms")
    @ValueSource(longs = {-60_000, 60_000})
    void localClockIsWrong_expiryIsJudgedByTheLaterOfBothAndTheSkewIsKnown(long ahead) {
        IndexClock wrong = new IndexClock(() -> System.currentTimeMillis() + ahead, System::nanoTime);
        try (IndexHeartbeat other = new IndexHeartbeat(link, schema, wrong, PEPPERS)) {
            other.start(resources.client().eventExecutorGroup());
            Awaitility.await().until(other::reached);

            long redis = IndexClock.millis(REDIS.commands().time());
            assertThat(wrong.getAsLong()).isCloseTo(Math.max(redis, redis + ahead), within(2000L));
            assertThat(wrong.skewMillis()).isCloseTo(ahead, within(2000L));
        }
    }

    @Test
    void canary_goesBack_isSaidAndCounted() {
        REDIS.commands().hset(schema.canary(), "seq", "7");
        // Two beats after the change: the first may have been under way.
        long read = reads();
        Awaitility.await().until(() -> reads() >= read + 2);
        assertThat(heartbeat.setbacks()).isZero();

        REDIS.commands().hset(schema.canary(), "seq", "5");
        Awaitility.await().until(() -> heartbeat.setbacks() == 1);
        assertThat(heartbeat.details()).anyMatch(detail -> detail.contains("went back (canary 5 after 7)"));
    }

    private static long reads() {
        return REDIS.commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_hgetall:calls="))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
                .findFirst()
                .orElse(0);
    }

    @Test
    void answer_carriesRedisTimeToTheClock() {
        assertThat(clock.skewMillis()).isBetween(-2000L, 2000L);
        assertThat(heartbeat.reached()).isTrue();
    }
}
