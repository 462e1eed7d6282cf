package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ops.LoopWatch;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The threads that a process' connections to Redis need are those that a watch can ask. */
class RedisResourcesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch end = new CountDownLatch(1);

    @Test
    void connections_theLoopThatReadsRepliesIsBlocked_isNoticed() throws Exception {
        try (RedisResources resources = new RedisResources();
                AsyncRedisClient client = new AsyncRedisClient(resources.client())) {
            RedisAsyncCommands<String, String> redis = client.connect(StringCodec.UTF8, RedisURI.create(REDIS.uri()))
                    .async();
            CountDownLatch blocked = new CountDownLatch(1);
            Thread test = Thread.currentThread();
            do {
                // A reply that is there already is taken by this thread, which must not block itself.
                var unused = redis.get("a").thenRun(() -> {
                    if (Thread.currentThread() != test) {
                        blocked.countDown();
                        awaitEnd();
                    }
                });
            } while (!blocked.await(100, TimeUnit.MILLISECONDS));

            assertNoticed(watch(resources));
        }
    }

    @Test
    void timer_itsThreadIsBlocked_isNoticed() throws Exception {
        try (RedisResources resources = new RedisResources()) {
            LoopWatch watch = watch(resources);
            assertThat(watch.problem()).isEmpty();
            CountDownLatch blocked = new CountDownLatch(1);
            var unused = resources
                    .timer()
                    .newTimeout(
                            due -> {
                                blocked.countDown();
                                awaitEnd();
                            },
                            1,
                            TimeUnit.MILLISECONDS);
            blocked.await();

            assertNoticed(watch);
        }
    }

    private LoopWatch watch(RedisResources resources) {
        return new LoopWatch(
                nanos::get,
                Duration.ofSeconds(10),
                resources.timer(),
                resources.connections(),
                resources.client().eventExecutorGroup());
    }

    /** The others answer between two looks. */
    private void assertNoticed(LoopWatch watch) {
        try {
            Awaitility.await().pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
                assertThat(watch.problem())
                        .hasValueSatisfying(problem -> assertThat(problem).contains(" has not answered for "));
            });
        } finally {
            end.countDown();
        }
        Awaitility.await().until(() -> watch.problem().isEmpty());
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
