package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Reason;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The near cache while an operator does to Redis what no process of Latchkey may do. */
class FeedOperatorTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private RealFeed near;

    @BeforeEach
    void make() throws IOException {
        near = new RealFeed(REDIS);
    }

    @AfterEach
    void stop() throws IOException {
        near.close();
        REDIS.commands().configSet("tracking-table-max-keys", "1000000");
    }

    /** Redis pushes nothing then: only the age of a record ends it. */
    @Test
    void databases_swapped_isSeenWhenTheRecordsAreOfAge() {
        near.maxAge(Duration.ofSeconds(1)).start();
        near.warm();

        REDIS.commands().swapdb(0, 1);
        try {
            RealFeed.patiently().until(near::decide, Reason.UNKNOWN_KEY::equals);
            assertThat(near.ends).isEmpty();
        } finally {
            REDIS.commands().swapdb(0, 1);
        }
        RealFeed.patiently().until(near::decide, Reason.OK::equals);
    }

    /** It is the table of the other way of tracking, by single keys; this one needs none. */
    @Test
    void trackingTable_tooSmall_everyChangeIsPushedAllTheSame() {
        REDIS.commands().configSet("tracking-table-max-keys", "10");
        near.start();
        List<KeyDigest> digests =
                IntStream.range(0, 100).mapToObj(i -> Digests.named("key" + i)).toList();
        digests.forEach(digest -> REDIS.store(near.schema, digest, OneKey.record()));
        RealFeed.patiently().until(() -> near.cache.counters().invalidations() >= 100);
        digests.forEach(digest -> assertThat(near.cache.findKey(digest).join()).isPresent());
        long misses = near.cache.counters().misses();
        digests.forEach(digest -> assertThat(near.cache.findKey(digest).join()).isPresent());
        assertThat(near.cache.counters().misses()).isEqualTo(misses);

        digests.forEach(digest -> REDIS.store(near.schema, digest, OneKey.revoked()));

        RealFeed.patiently()
                .until(() -> digests.stream()
                        .allMatch(digest ->
                                near.cache.findKey(digest).join().orElseThrow().revoked()));
        assertThat(near.ends).isEmpty();
    }
}
