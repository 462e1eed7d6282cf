package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Reason;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.server.cache.Readers;
import io.lettuce.core.KillArgs;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What can happen to a connection on which Redis pushes. A revoke that falls into it is seen at the latest when the
 * lease ends, and nothing that was in memory before outlives the connection.
 */
class FeedFaultsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis("--client-output-buffer-limit", "normal", "1mb", "0", "0");

    /** So long that nothing which happens here is its doing. */
    private static final Duration ENDLESS = Duration.ofHours(1);

    private RealFeed near;
    private PushProxy proxy;

    @BeforeEach
    void make() throws IOException {
        near = new RealFeed(REDIS);
        proxy = new PushProxy(REDIS.port());
    }

    @AfterEach
    void stop() throws IOException {
        near.close();
        proxy.close();
    }

    /** How a link can fall silent without being closed. */
    static Stream<Silence> silences() {
        return Stream.of(
                new Silence("in both directions", FaultProxy::freeze),
                new Silence("from Redis", FaultProxy::freezeAnswers),
                new Silence("to Redis", FaultProxy::freezeCommands));
    }

    private record Silence(String title, Consumer<FaultProxy> begin) {
        @Override
        public String toString() {
            return title;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void link_silentAndOpen_revokedKeyIsNotAllowedLongerThanTheLease(Silence silence) {
        near.start();
        near.warm();
        silence.begin.accept(near.proxy);

        near.revoke();

        assertThat(near.staleFor(System.nanoTime())).isLessThan(RealFeed.LEASE);
        near.awaitEnd(EpochEnd.LEASE_LOST);
        near.awaitOpen();
        near.warm();
    }

    @Test
    void lease_off_linkSilentAndOpen_isAStaleAllow() {
        near.lease(ENDLESS).start();
        near.warm();
        near.proxy.freeze();

        near.revoke();
        long revoked = System.nanoTime();

        RealFeed.patiently().until(() -> System.nanoTime() - revoked > 2 * RealFeed.LEASE.toNanos());
        assertThat(near.decide()).isEqualTo(Reason.OK);
    }

    @Test
    void connection_killed_revokeInTheGapIsSeenByAHundredReaders() {
        near.lease(ENDLESS).start();
        near.warm();
        try (Readers readers = new Readers(near, 100)) {
            readers.awaitMore(1000);

            killAndRevoke();

            near.awaitEnd(EpochEnd.DISCONNECTED);
            near.awaitOpen();
            readers.awaitMore(10_000);
            assertThat(readers.staleAllows()).isZero();
        }
        assertThat(near.decide()).isEqualTo(Reason.REVOKED_KEY);
    }

    /**
     * The new connection has its changes pushed, and its heartbeats answered: only what was missed in the gap is
     * missing.
     */
    @Test
    void epochOnReconnect_off_revokeInTheGap_isAStaleAllow() {
        AtomicReference<MendingLink> link = new AtomicReference<>();
        Duration lease = Duration.ofSeconds(8);
        near.lease(lease)
                .link(real -> {
                    link.set(new MendingLink(real));
                    return link.get();
                })
                .start();
        near.warm();

        killAndRevoke();
        long revoked = System.nanoTime();

        RealFeed.patiently().until(() -> link.get().mends() > 0);
        RealFeed.patiently().until(() -> System.nanoTime() - revoked > lease.toNanos());
        assertThat(near.decide()).isEqualTo(Reason.OK);
        assertThat(near.ends).isEmpty();
    }

    /** Sent as one, so that no new connection can come between. */
    private void killAndRevoke() {
        long id = near.trackedId();
        REDIS.commands().multi();
        REDIS.commands().clientKill(KillArgs.Builder.id(id));
        near.revoke();
        assertThat(REDIS.commands().exec().wasDiscarded()).isFalse();
    }

    @Test
    void redis_killed_everyQuestionFailsAtOnceAndNoneIsAskedLater() throws Exception {
        near.lease(ENDLESS).start();
        near.warm();
        REDIS.pause();
        CompletableFuture<Optional<KeyRecord>> underWay = near.cache.findKey(Digests.named("cold"));
        REDIS.kill();
        assertThat(underWay).failsWithin(Duration.ofSeconds(60));
        near.awaitEnd(EpochEnd.DISCONNECTED);
        RealFeed.patiently().until(() -> near.direct.problem().isPresent());

        for (int i = 0; i < 20_000; i++) {
            assertThat(near.cache.findKey(Digests.named("cold" + i))).isCompletedExceptionally();
        }

        assertThat(near.budget.underWay()).isZero();
        assertThat(near.decide()).isEqualTo(Reason.STORE_UNAVAILABLE);
        REDIS.start();
        near.awaitOpen();
        assertThat(near.reads()).as("reads and heartbeats since the start").isLessThan(1000);
        near.warm();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ">1\r\n$10\r\ninvalidate\r\n",
                ">2\r\n$10\r\ninvalidate\r\n*1\r\n:5\r\n",
                ">2\r\n$10\r\ninvalidate\r\n*1\r\n_\r\n"
            })
    void push_thatCannotBeTaken_endsTheEpochAndTheConnection(String push) {
        near.lease(ENDLESS).via("redis://127.0.0.1:" + proxy.port()).start();
        near.warm();
        long id = near.trackedId();
        proxy.swallow(true);
        near.revoke();
        proxy.say(push);

        near.awaitEnd(EpochEnd.FAULT);

        assertThat(near.decide()).isEqualTo(Reason.REVOKED_KEY);
        proxy.swallow(false);
        near.awaitOpen();
        assertThat(near.trackedId()).isNotEqualTo(id);
        near.warm();
    }

    @Test
    void stream_thatIsNoProtocolAnyMore_isNotUsedLongerThanTheLease() {
        near.via("redis://127.0.0.1:" + proxy.port()).start();
        near.warm();
        proxy.swallow(true);
        proxy.say("HTTP/1.1 502 Bad Gateway\r\n\r\n");

        near.revoke();

        assertThat(near.staleFor(System.nanoTime())).isLessThan(RealFeed.LEASE);
        proxy.swallow(false);
        near.awaitOpen();
        near.warm();
    }

    @Test
    void end_whoeverIsToldFails_theConnectionIsReplacedAllTheSame() {
        AtomicBoolean first = new AtomicBoolean(true);
        near.lease(ENDLESS)
                .onEnd(() -> {
                    if (first.getAndSet(false)) {
                        throw new IllegalStateException("a fault that a test made");
                    }
                })
                .start();
        near.warm();
        long id = near.trackedId();

        REDIS.commands().flushall();

        near.awaitEnd(EpochEnd.FLUSHED);
        near.awaitOpen();
        assertThat(near.trackedId()).isNotEqualTo(id);
        assertThat(near.decide()).isEqualTo(Reason.UNKNOWN_KEY);
    }

    /** The event loop stands still; more is pushed than the system's buffers and Redis' own hold. */
    @Test
    void pushes_nobodyReadsThem_redisClosesTheConnectionAndAllIsForgotten() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        near.lease(ENDLESS)
                .via(REDIS.uri())
                .onCanary(() -> {
                    reached.countDown();
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .start();
        near.warm();
        String client = "id=" + near.trackedId() + " ";
        try {
            near.writeCanary();
            assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

            for (int i = 0; i < 1000 && REDIS.commands().clientList().contains(client); i++) {
                pushAMegabyte();
            }
            assertThat(REDIS.commands().clientList()).doesNotContain(client);
            near.revoke();
            // The next connection is not to wait for another one.
            REDIS.commands().del(near.schema.canary());
            assertThat(near.decide()).as("nothing has been read yet").isEqualTo(Reason.OK);
        } finally {
            released.countDown();
        }

        near.awaitEnd(EpochEnd.DISCONNECTED);
        assertThat(near.ends).containsExactly(EpochEnd.DISCONNECTED);
        near.awaitRevoked();
        near.awaitOpen();
    }

    private static void pushAMegabyte() {
        REDIS.commands()
                .eval(
                        "for i = 1, 1000 do redis.call('SET', KEYS[1] .. i, '') end",
                        ScriptOutputType.STATUS,
                        "latchkey:key:1." + "x".repeat(1000));
    }
}
