package dev.latchkey.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Peppers;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.redis.health.IndexHeartbeat;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReadinessTest {
    private static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final AtomicLong nanos = new AtomicLong();
    private final UnansweredChecks unanswered = new UnansweredChecks(nanos::get);
    private final RedisResources resources = new RedisResources();
    private RedisLink link;
    private IndexHeartbeat heartbeat;
    private SidecarReadiness readiness;

    @BeforeEach
    void start() {
        link = new RedisLink(RedisURI.create(REDIS.uri()), Duration.ofSeconds(5), resources.client());
        heartbeat = new IndexHeartbeat(link, new IndexSchema("latchkey:"), IndexClock.ofSystem(), PEPPERS, nanos::get);
        readiness = new SidecarReadiness(
                heartbeat, Optional::empty, unanswered, List.of(), Duration.ZERO, /* followRedis= */ false, nanos::get);
        readiness.warmedUp();
        link.start();
        heartbeat.start(resources.client().eventExecutorGroup());
        Awaitility.await().until(() -> heartbeat.problem().isEmpty());
    }

    @AfterEach
    void stop() {
        heartbeat.close();
        link.close();
        resources.close();
    }

    @Test
    void summary_allIsWell_isReady() {
        pass(3600);
        assertThat(readiness.summary()).isEqualTo("ready");
    }

    @Test
    void summary_indexUnreadForAMinute_saysSoInTheSameLine() throws Exception {
        REDIS.kill();
        Awaitility.await().until(() -> heartbeat.problem().isPresent());
        pass(59);
        assertThat(readiness.summary()).isEqualTo("ready");

        pass(1);
        assertThat(readiness.ready()).isTrue();
        assertThat(readiness.summary())
                .startsWith("ready, but no check of a key could be answered for 60 s: Redis at 127.0.0.1:");
    }

    @Test
    void summary_everyCheckFailsForAMinuteAlthoughRedisAnswers_saysSoInTheSameLine() {
        decided(Reason.OVERLOADED);
        pass(75);
        decided(Reason.STORE_TIMEOUT);
        decided(Reason.PUBLIC);
        decided(Reason.NO_CREDENTIAL);
        assertThat(readiness.summary()).startsWith("ready, but no check of a key could be answered for 75 s: ");

        decided(Reason.UNKNOWN_KEY);
        assertThat(readiness.summary()).isEqualTo("ready");
    }

    @Test
    void summary_oneCheckFailedAndNoneCameSince_isReady() {
        decided(Reason.BAD_RECORD);
        pass(3600);
        assertThat(readiness.summary()).isEqualTo("ready");
    }

    @Test
    void summary_someChecksFail_isReady() {
        for (int i = 0; i < 100; i++) {
            decided(Reason.BAD_RECORD);
            pass(2);
            decided(Reason.REVOKED_KEY);
        }
        assertThat(readiness.summary()).isEqualTo("ready");
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private void decided(Reason reason) {
        unanswered.decided(
                reason.denial() == null ? new Decision.Allow(reason, null, null) : Decision.Deny.of(reason), 1);
    }
}
