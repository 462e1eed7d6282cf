package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Digests;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A link holds one connection, however many there were before. */
class RedisLinkConnectionsTest {
    /** Of each connection that Redis had closed, about 131 KB stayed. */
    private static final long MOST_GROWTH_BYTES = 40_000_000;

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final RetryPace quick =
            new RetryPace(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO, new Random(7));
    private final RedisResources resources = new RedisResources();

    @AfterEach
    void stop() {
        resources.close();
    }

    @Test
    void connectionKilledByRedis2000Times_oneIsHeldAndTheHeapIsFlat() {
        try (RedisLink link = link("redis://127.0.0.1:" + REDIS.port())) {
            link.start();
            killUntilBack(link, 100);
            long before = usedHeap();

            for (int i = 0; i < 20; i++) {
                killUntilBack(link, 100);
            }

            assertThat(link.held()).isEqualTo(1);
            assertThat(usedHeap() - before).isLessThan(MOST_GROWTH_BYTES);
            assertThat(new RedisKeyIndex(link, new IndexSchema("latchkey:")).findKey(Digests.named("x")))
                    .succeedsWithin(Duration.ofSeconds(5));
        }
    }

    @Test
    void connectionGivenUpAsSilent_isClosed() {
        try (RedisLink link = link("redis://127.0.0.1:" + REDIS.port())) {
            link.start();
            for (int i = 0; i < 20; i++) {
                until(() -> link.problem().isEmpty());
                link.redialSilent(link.commands());
            }

            until(() -> link.problem().isEmpty() && link.held() == 1);
        }
    }

    @Test
    void watcherFails_connectionIsReplacedAndNoneIsKept() {
        AtomicInteger told = new AtomicInteger();
        try (RedisLink link = link("redis://127.0.0.1:" + REDIS.port())) {
            link.watch(new RedisLink.Watcher() {
                @Override
                public void connected(StatefulRedisConnection<String, String> connection) {
                    if (told.getAndIncrement() < 3) {
                        throw new IllegalStateException("not usable");
                    }
                }

                @Override
                public void lost(StatefulRedisConnection<String, String> connection) {}
            });
            link.start();

            until(() -> told.get() == 4 && link.problem().isEmpty() && link.held() == 1);
        }
    }

    /** How far an attempt to connect comes. */
    private enum End {
        AT_ONCE,
        AFTER_THE_FIRST_BYTE,
        IN_THE_REPLY
    }

    @ParameterizedTest
    @EnumSource
    void attemptEndsHalfWay500Times_noneIsHeld(End end) throws IOException {
        try (HalfWay redis = new HalfWay(end);
                RedisLink link = link("redis://127.0.0.1:" + redis.port())) {
            link.start();
            until(() -> redis.served() > 500);

            assertThat(link.held()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void tlsHandshakeFails200Times_noneIsHeld() throws IOException {
        try (HalfWay redis = new HalfWay(End.IN_THE_REPLY);
                RedisLink link = link("rediss://127.0.0.1:" + redis.port())) {
            link.start();
            until(() -> redis.served() > 200);

            assertThat(link.held()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void connectionArrivesAfterClose_isClosed() {
        for (int i = 0; i < 50; i++) {
            RedisLink link = link("redis://127.0.0.1:" + REDIS.port());
            link.start();
            link.close();
        }

        until(() -> REDIS.commands().clientList().lines().count() == 1);
    }

    private void killUntilBack(RedisLink link, int times) {
        for (int i = 0; i < times; i++) {
            until(() -> link.problem().isEmpty());
            REDIS.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        }
        until(() -> link.problem().isEmpty() && link.held() == 1);
    }

    private RedisLink link(String uri) {
        return new RedisLink(RedisURI.create(uri), TlsFiles.NONE, Duration.ofSeconds(5), resources.client(), quick);
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(condition);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** A Redis that ends each connection in the middle of its login. */
    private static final class HalfWay extends LoopbackServer {
        private final End end;
        private final AtomicInteger served = new AtomicInteger();

        HalfWay(End end) throws IOException {
            this.end = end;
            start();
        }

        int served() {
            return served.get();
        }

        @Override
        protected void serve(Socket client) throws IOException {
            served.incrementAndGet();
            if (end != End.AT_ONCE) {
                client.getInputStream().read();
            }
            if (end == End.IN_THE_REPLY) {
                client.getOutputStream().write(new byte[] {'%', '7', '\r', '\n', '$'});
            }
        }
    }
}
