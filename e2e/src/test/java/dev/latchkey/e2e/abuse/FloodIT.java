package dev.latchkey.e2e.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.abuse.FloodedSidecar.Answers;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.redis.RealRedis;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What floods cost: of keys that cannot be, of keys that nobody has, and of good ones just after everything was
 * forgotten.
 */
@Tag("one-envoy")
class FloodIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CHECKS = 10_000;
    private static final int ONE_IN = 20;
    /** What the sidecar's own looking after Redis reads meanwhile. */
    private static final long A_FEW = 100;

    private static final int MAX_READS = 1024;
    private static final int HOT_KEYS = 5000;
    private static final int MAX_MORE_HEAP = 24 << 20;
    private static final String FLUSHED = "latchkey_cache_epochs_ended_total{cause=\"flushed\"}";

    private FloodedSidecar sidecar;

    /** With a lease so long that a busy machine does not end it. */
    @BeforeEach
    void start() {
        sidecar = new FloodedSidecar(
                REDIS,
                Map.of(
                        "LATCHKEY_AUTHZ_MAX_CONCURRENT", Integer.toString(MAX_READS),
                        "LATCHKEY_CACHE_MAX_ABSENT", "1000",
                        "LATCHKEY_CACHE_LEASE", "1m"));
        awaitMemory();
    }

    @AfterEach
    void stop() {
        sidecar.close();
    }

    @Test
    void keysThatCannotBe_tenThousand_readNothing() throws Exception {
        List<String> credentials = List.of(
                "opt_live_0000000000000000000000000000000046uziM",
                "opt_live_short",
                "other_live_abc123def456ghi789",
                "");
        AtomicInteger next = new AtomicInteger();
        long reads = sidecar.reads();

        Answers answers = sidecar.flood(
                () -> Checks.withKey(credentials.get(next.getAndIncrement() % credentials.size())), CHECKS);

        assertThat(answers.kinds()).containsExactlyInAnyOrder("401 bad_checksum", "401 malformed_credential");
        assertThat(sidecar.reads()).isCloseTo(reads, within(A_FEW));
    }

    @Test
    void keysOfNobody_manyThousand_takeNeitherHeapNorTheGoodKeysPlace() throws Exception {
        sidecar.flood(() -> FloodedSidecar.check(0), 1);
        sidecar.flood(FloodedSidecar::checkOfNobody, CHECKS);
        long heap = sidecar.heap();
        double hits = sidecar.lookups("hit");
        double misses = sidecar.lookups("miss");
        AtomicInteger next = new AtomicInteger();
        int good = 2 * CHECKS / ONE_IN;

        Answers answers = sidecar.flood(
                () -> next.getAndIncrement() % ONE_IN == 0 ? FloodedSidecar.check(0) : FloodedSidecar.checkOfNobody(),
                2 * CHECKS);

        assertThat(answers.kinds()).isSubsetOf(List.of("200 ok", "401 unknown_key", "503 overloaded"));
        assertThat(answers.count("200 ok"))
                .as("a key in memory is not refused for others")
                .isEqualTo(good);
        assertThat(sidecar.lookups("hit") - hits).as("key and workspace").isEqualTo(2.0 * good);
        assertThat(sidecar.lookups("miss") - misses).isLessThanOrEqualTo(2 * CHECKS - good);
        assertThat(sidecar.heap()).as("bytes of heap").isLessThan(heap + MAX_MORE_HEAP);
    }

    @Test
    void keysOfNobody_whileRedisIsSilent_areReadNoMoreThanTheBudget() throws Exception {
        long reads = sidecar.reads();
        REDIS.pause();
        Answers answers;
        try {
            answers = sidecar.ask(FloodedSidecar::checkOfNobody, 4 * MAX_READS);
            answers.awaitAllBut(MAX_READS);
        } finally {
            REDIS.resume();
        }
        answers.await();

        assertThat(answers.kinds())
                .isSubsetOf(List.of("401 unknown_key", "503 overloaded", "503 store_timeout", "503 store_unavailable"));
        assertThat(answers.count("503 overloaded")).isPositive();
        // A few more on a machine so slow that the first have timed out meanwhile.
        assertThat(sidecar.reads() - reads).isBetween(1L, MAX_READS * 3L / 2);
    }

    @Test
    void everythingForgotten_withManyHotKeys_readsEachOnceAndRefusesTheExcess() throws Exception {
        List<CheckRequest> hot = new ArrayList<>();
        IntStream.range(0, HOT_KEYS).forEach(i -> {
            PresentedKey key = new KeyFormat("opt", false).mint(Environment.LIVE, RANDOM);
            FloodedSidecar.store(REDIS, key);
            hot.add(Checks.withKey(key.reveal()));
        });
        awaitAllAllowed(hot);
        long reads = sidecar.reads();
        assertThat(sidecar.flood(inTurn(hot), HOT_KEYS).kinds()).containsExactly("200 ok");
        assertThat(sidecar.reads()).as("reads of hot keys").isCloseTo(reads, within(A_FEW));

        double ends = sidecar.metric(FLUSHED);
        flushAnotherDatabase();
        Awaitility.await().until(() -> sidecar.metric(FLUSHED) > ends);
        awaitMemory();
        reads = sidecar.reads();
        long start = System.nanoTime();
        Answers answers = sidecar.flood(inTurn(hot), 2 * HOT_KEYS);
        assertThat(answers.kinds()).isSubsetOf(List.of("200 ok", "503 overloaded"));
        awaitAllAllowed(hot);

        System.out.printf(
                Locale.ROOT,
                "%d hot keys forgotten: %d of %d checks refused, all in memory again after %.2f s%n",
                HOT_KEYS,
                answers.count("503 overloaded"),
                2 * HOT_KEYS,
                (System.nanoTime() - start) / 1e9);
        assertThat(sidecar.reads() - reads)
                .as("each key once, and the workspace")
                .isCloseTo(HOT_KEYS + 1L, within(A_FEW));
    }

    private void awaitMemory() {
        Awaitility.await().atMost(FloodedSidecar.PATIENCE).until(() -> sidecar.metric("latchkey_cache_usable") == 1);
    }

    private void awaitAllAllowed(List<CheckRequest> hot) {
        Awaitility.await()
                .atMost(FloodedSidecar.PATIENCE)
                .until(() -> sidecar.flood(inTurn(hot), hot.size()).count("200 ok") == hot.size());
    }

    private static Supplier<CheckRequest> inTurn(List<CheckRequest> checks) {
        AtomicInteger next = new AtomicInteger();
        return () -> checks.get(next.getAndIncrement() % checks.size());
    }

    /** Redis tells everybody that everything may have changed, and nothing has. */
    private static void flushAnotherDatabase() {
        REDIS.commands().select(1);
        try {
            REDIS.commands().flushdb();
        } finally {
            REDIS.commands().select(0);
        }
    }
}
