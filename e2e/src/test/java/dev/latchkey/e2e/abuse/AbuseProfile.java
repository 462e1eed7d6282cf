package dev.latchkey.e2e.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.Vitals;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Abuse of a sidecar's own ports, with the heap that it is shipped with and good checks beside it:
 * {@code mvn verify -P abuse}. Says what it costs the good ones and what the sidecar holds meanwhile.
 */
class AbuseProfile {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KINDS = Abuse.values().length + 2;
    private static final Duration EACH =
            Duration.ofMillis(1000L * Integer.getInteger("latchkey.abuse.seconds", 60) / KINDS);
    private static final int PEERS = 2;
    private static final long PEER_END_MILLIS = 10_000;
    private static final int IDLE = 10_000;
    private static final long MAX_RESIDENT = 700L << 20;

    private static FloodedSidecar sidecar;
    private SteadyChecks good;
    private long residentMax;

    /** One for all: what one kind leaves behind is there for the next. */
    @BeforeAll
    static void start() {
        sidecar = new FloodedSidecar(REDIS, Map.of());
        try (SteadyChecks warm = new SteadyChecks(sidecar.authzPort())) {
            Awaitility.await().atMost(FloodedSidecar.PATIENCE).until(() -> warm.asked() > 400);
        }
    }

    @AfterAll
    static void stop() {
        sidecar.close();
    }

    /** Redis is emptied before each test. */
    @BeforeEach
    void ask() {
        FloodedSidecar.storeGoodKey(REDIS);
        good = new SteadyChecks(sidecar.authzPort());
    }

    @AfterEach
    void close() {
        good.close();
    }

    @ParameterizedTest
    @EnumSource(Abuse.class)
    void checksPort_abused_answersGoodChecksWithinBounds(Abuse abuse) throws IOException, InterruptedException {
        long end = System.nanoTime() + EACH.toNanos();
        List<Thread> peers = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            Thread peer = new Thread(() -> abuse.run(sidecar.authzPort(), () -> System.nanoTime() < end), "peer-" + i);
            peer.setDaemon(true);
            peer.start();
            peers.add(peer);
        }
        watchUntil(end);
        for (Thread peer : peers) {
            peer.join(PEER_END_MILLIS);
        }

        assertHolds(abuse.name());
    }

    @Test
    void bothPorts_withThousandsOfIdleConnections_answer() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            long end = System.nanoTime() + EACH.toNanos();
            for (int i = 0; i < IDLE && System.nanoTime() < end; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), i % 10 == 0 ? sidecar.opsPort() : sidecar.authzPort());
                socket.getOutputStream().write(i % 2 == 0 ? new byte[0] : "P".getBytes(StandardCharsets.US_ASCII));
                idle.add(socket);
            }
            watchUntil(end);

            assertHolds(idle.size() + " idle connections");
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void opsPort_withHalfRequests_answers() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            long end = System.nanoTime() + EACH.toNanos();
            for (int i = 0; i < 500; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), sidecar.opsPort());
                slow.add(socket);
                socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII));
            }
            watchUntil(end);

            assertHolds("half-sent requests to ops.listen");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private void watchUntil(long end) throws IOException {
        while (System.nanoTime() < end) {
            residentMax = Math.max(residentMax, Vitals.resident(sidecar.pid()));
            assertThat(sidecar.ops("/livez").status()).isEqualTo(200);
            try {
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private void assertHolds(String kind) {
        long heap = sidecar.heap();
        System.out.printf(
                Locale.ROOT,
                "ABUSE %s: %s; at most %d MB resident, heap %d MB afterwards%n",
                kind,
                good,
                residentMax >> 20,
                heap >> 20);
        assertThat(good.lateOrFailed()).as("%s: %s", kind, good).isLessThanOrEqualTo(1 + good.asked() / 1000);
        assertThat(residentMax).as("resident bytes").isLessThan(MAX_RESIDENT);
        assertThat(sidecar.ops("/livez").status()).isEqualTo(200);
        assertThat(sidecar.log()).doesNotContain("OutOfMemory");
    }
}
