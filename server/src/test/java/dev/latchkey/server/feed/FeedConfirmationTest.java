package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Reason;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RefusingProxy;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory is used only while Redis is known to push every change: what begins an epoch, and what shows that it has
 * ended.
 */
class FeedConfirmationTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final ProtocolKeyword RESET = () -> "RESET".getBytes(StandardCharsets.US_ASCII);

    /** Long enough not to end by itself on a busy machine, and with a heartbeat every two seconds. */
    private static final Duration PATIENT = Duration.ofSeconds(8);

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

    @Test
    void canary_written_isMeasuredAndConfirms() {
        near.start();
        assertThat(near.feed.confirmedByCanary()).isFalse();

        near.writeCanary();

        RealFeed.patiently().until(() -> !near.canaries.isEmpty());
        assertThat(near.feed.confirmedByCanary()).isTrue();
        assertThat(near.canaries).allMatch(millis -> millis >= 0);
    }

    /** Most take less than Redis' clock is known to. */
    @Test
    void canaries_written_areAllMeasured() {
        near.start();

        for (int i = 1; i <= 20; i++) {
            int written = i;
            near.writeCanary();
            RealFeed.patiently().until(() -> near.canaries.size() == written);
        }
    }

    @Test
    void start_canaryWithoutAPush_everyCheckReadsRedisUntilOneIsPushed() {
        near.leaveCanary();
        near.seed();
        near.launch();
        near.awaitProblem("not confirmed yet");

        RealFeed.patiently().until(near::decide, Reason.OK::equals);
        near.revoke();
        assertThat(near.decide()).isEqualTo(Reason.REVOKED_KEY);
        assertThat(near.cache.open()).isFalse();
        assertThat(near.cache.counters().hits()).isZero();

        near.writeCanary();
        near.awaitOpen();
        near.warm();
    }

    @Test
    void start_beforeRedis_nothingIsAllowedAndThenAllIsWellByItself() throws Exception {
        REDIS.kill();
        near.launch();

        RealFeed.patiently().until(() -> near.feed.problem().isPresent());
        assertThat(near.decide()).isEqualTo(Reason.STORE_UNAVAILABLE);
        assertThat(near.cache.open()).isFalse();

        REDIS.start();
        near.seed();
        near.awaitOpen();
        near.awaitWarm();
    }

    @Test
    void connection_silentBeforeItWasConfirmed_isReplaced() {
        near.leaveCanary();
        near.launch();
        near.awaitProblem("not confirmed yet");
        near.proxy.freeze();

        // A push of each would confirm a connection that hears them.
        RealFeed.patiently().until(() -> {
            near.leaveCanary();
            return near.cache.open();
        });
    }

    @Test
    void connection_silentWhenFirstAskedToTrack_isReplaced() {
        AtomicBoolean first = new AtomicBoolean(true);
        near.link(link -> TappedLink.beforeTracking(link, () -> {
                    if (first.getAndSet(false)) {
                        near.proxy.freeze();
                    }
                }))
                .start();

        assertThat(first).isFalse();
        near.warm();
    }

    @Test
    void tracking_notPermitted_leavesTheCacheUnusedAndSaysWhy() {
        REDIS.setUser("blind", "secret", List.of("~*", "&*", "+@all", "-client|tracking"));
        near.via("redis://blind:secret@127.0.0.1:" + REDIS.port()).launch();

        near.awaitProblem("does not track");
        assertUnused();
    }

    @Test
    void resp2Only_leavesTheCacheUnusedAndSaysWhy() throws IOException {
        try (RefusingProxy old = RefusingProxy.resp2Only(REDIS.port())) {
            near.via("redis://127.0.0.1:" + old.port()).launch();

            near.awaitProblem("speaks RESP2 only");
            assertUnused();
        }
    }

    @Test
    void broadcastIsUnknown_leavesTheCacheUnusedAndSaysWhy() throws IOException {
        try (RefusingProxy other = new RefusingProxy(
                REDIS.port(),
                command -> command.contains("BCAST") ? Optional.of("ERR syntax error") : Optional.empty())) {
            near.via("redis://127.0.0.1:" + other.port()).launch();

            near.awaitProblem("does not track changes by prefix: ERR syntax error");
            assertUnused();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BUSY Redis is busy running a script.",
                "LOADING Redis is loading the dataset in memory",
                "TRYAGAIN Multiple keys request during rehashing of slot"
            })
    void tracking_notNow_isNoLackOfItAndIsAskedForAgain(String error) throws IOException {
        AtomicBoolean busy = new AtomicBoolean(true);
        try (RefusingProxy other = new RefusingProxy(
                REDIS.port(),
                command -> command.contains("BCAST") && busy.get() ? Optional.of(error) : Optional.empty())) {
            near.via("redis://127.0.0.1:" + other.port()).launch();
            near.awaitProblem("cannot track changes now: " + error);
            assertThat(near.feed.problem().orElseThrow()).doesNotContain("does not track");

            busy.set(false);
            near.awaitOpen();
            near.warm();
        }
    }

    /** The real thing: a script that does not end, and is killed. */
    @Test
    void redis_busyWithAScript_nothingIsAllowedAndThenAllIsWellByItself() throws IOException {
        REDIS.commands().configSet("busy-reply-threshold", "50");
        near.start();
        near.warm();
        var unused = REDIS.async().eval("while true do end", ScriptOutputType.STATUS);
        RealFeed.patiently().until(() -> !near.decide().equals(Reason.OK));
        for (int i = 0; i < 20; i++) {
            assertThat(near.decide()).isIn(Reason.STORE_UNAVAILABLE, Reason.STORE_TIMEOUT);
        }

        try (Socket operator = new Socket(InetAddress.getLoopbackAddress(), REDIS.port())) {
            operator.getOutputStream().write("SCRIPT KILL\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(operator.getInputStream().read()).isEqualTo('+');
        }
        near.awaitOpen();
        near.awaitWarm();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACKING OFF", "RESET"})
    void tracking_endsOnAnOpenConnection_isNoticedWithinTheLease(String how) throws Exception {
        near.lease(PATIENT).start();
        near.warm();
        var redis = near.tracked().commands();
        var done = how.equals("RESET")
                ? redis.dispatch(RESET, new StatusOutput<>(StringCodec.UTF8))
                : redis.clientTracking(TrackingArgs.Builder.enabled(false));
        done.toCompletableFuture().get(30, TimeUnit.SECONDS);

        near.revoke();

        assertThat(near.staleFor(System.nanoTime())).isLessThan(PATIENT);
        near.awaitEnd(EpochEnd.TRACKING_OFF);
        near.awaitOpen();
    }

    @Test
    void pushes_lostOnTheWayWhileACanaryIsWritten_areMissedAndNothingIsKeptUntilTheyCome() {
        near.lease(PATIENT).via("redis://127.0.0.1:" + proxy.port()).start();
        near.writeCanary();
        RealFeed.patiently().until(near.feed::confirmedByCanary);
        near.warm();
        proxy.swallow(true);

        near.revoke();
        RealFeed.patiently().until(() -> {
            near.writeCanary();
            return near.ends.contains(EpochEnd.CANARY_MISSED);
        });

        assertThat(near.decide()).isEqualTo(Reason.REVOKED_KEY);
        near.awaitProblem("not confirmed yet");
        assertUnused();
        proxy.swallow(false);
        RealFeed.patiently().until(() -> {
            near.writeCanary();
            return near.cache.open();
        });
        near.warm();
    }

    /** All but the canary says that Redis pushes: tracking is on, and heartbeats are answered. */
    @Test
    void canary_off_pushesLostOnTheWay_isAStaleAllow() {
        near.lease(PATIENT).via("redis://127.0.0.1:" + proxy.port()).start();
        near.warm();
        proxy.swallow(true);

        near.revoke();
        long revoked = System.nanoTime();

        RealFeed.patiently().until(() -> System.nanoTime() - revoked > PATIENT.toNanos());
        assertThat(near.decide()).isEqualTo(Reason.OK);
    }

    /** Answers are Redis' own, from one moment to the next. */
    private void assertUnused() {
        near.seed();
        RealFeed.patiently().until(near::decide, Reason.OK::equals);
        long bypasses = near.cache.counters().bypasses();
        near.revoke();
        assertThat(near.decide()).isEqualTo(Reason.REVOKED_KEY);
        assertThat(near.cache.counters().bypasses()).isGreaterThan(bypasses);
        assertThat(near.cache.open()).isFalse();
    }
}
