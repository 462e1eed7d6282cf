package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Reason;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.KeyIndexContract;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The near cache on a real Redis: the contract, and how little it asks. */
class FeedContractTest extends KeyIndexContract {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private RealFeed near;

    @BeforeEach
    void start() throws IOException {
        // So long that no heartbeat reads anything meanwhile.
        near = new RealFeed(REDIS).lease(Duration.ofMinutes(10)).start();
    }

    @AfterEach
    void stop() throws IOException {
        near.close();
    }

    @Override
    protected KeyIndex index() {
        return near.cache;
    }

    @Override
    protected void store(KeyDigest digest, KeyRecord key) {
        REDIS.store(near.schema, digest, key);
    }

    @Override
    protected void store(WorkspaceRecord workspace) {
        REDIS.store(near.schema, workspace);
    }

    @Test
    void decide_hot_readsNothing() {
        near.warm();
        long reads = near.reads();

        for (int i = 0; i < 1000; i++) {
            assertThat(near.decide()).isEqualTo(Reason.OK);
        }

        assertThat(near.reads()).isEqualTo(reads);
    }

    @Test
    void findKey_tenThousandFirstRequestsAtOnce_readRedisOnce() {
        near.warm();
        KeyDigest cold = Digests.named("cold");
        long before = near.cache.counters().invalidations();
        store(cold, OneKey.record());
        RealFeed.patiently().until(() -> near.cache.counters().invalidations() > before);
        long reads = near.reads();

        List<CompletableFuture<Optional<KeyRecord>>> answers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            answers.add(near.cache.findKey(cold));
        }

        assertThat(answers).allSatisfy(answer -> assertThat(answer).succeedsWithin(Duration.ofSeconds(10)));
        assertThat(near.reads() - reads).isOne();
    }
}
