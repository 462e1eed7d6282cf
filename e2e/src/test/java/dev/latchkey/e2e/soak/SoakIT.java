package dev.latchkey.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.Vitals;
import dev.latchkey.e2e.soak.HistoryChecker.Verdict;
import dev.latchkey.e2e.soak.Nemesis.Fault;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import dev.latchkey.e2e.soak.SoakWorld.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * All of Latchkey under load while one thing after the other breaks; every answer is kept, and judged afterwards. A
 * minute, or {@code -Dlatchkey.soak.seconds}; {@code -Dlatchkey.soak.seed} repeats the plan of a run, though not its
 * timing; {@code -Dlatchkey.soak.faults} names the faults, with commas between, else there are all.
 */
@Tag("one-envoy")
class SoakIT {
    private static final int SECONDS = Integer.getInteger("latchkey.soak.seconds", 60);
    private static final long SEED = Long.getLong("latchkey.soak.seed", new Random().nextInt(1_000_000_000));
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Path HISTORY = Path.of("target", "soak");

    private static final int OPERATORS = 2;
    private static final int OPERATOR_PAUSE_MILLIS = 120;
    private static final int CLIENTS_OF_ENVOY = 4;
    private static final int CLIENTS_OF_EACH_SIDECAR = 2;
    private static final int CLIENT_PAUSE_MILLIS = 15;

    private static final int LEAST_SECONDS_OF_A_FAULT = 3;
    private static final int ENOUGH = 1000;

    private static final int MEGABYTE = 1 << 20;
    private static final int MAX_MORE_THREADS = 8;
    private static final int MAX_MORE_HEAP = 24 * MEGABYTE;
    private static final int MAX_MORE_RESIDENT = 64 * MEGABYTE;
    /** Before that, memory is still growing into its size. */
    private static final int SECONDS_TO_SETTLE = 120;

    @TempDir
    Path folder;

    private final SoakKeys keys = new SoakKeys();
    private final Queue<Throwable> broken = new ConcurrentLinkedQueue<>();

    /** What one process has in use. */
    private record Use(long heap, long resident, int threads) {

        static Use of(Endpoint sidecar) throws IOException {
            return new Use(
                    Vitals.heap(sidecar.pid(), sidecar.opsPort),
                    Vitals.resident(sidecar.pid()),
                    Vitals.threads(sidecar.pid()));
        }

        @Override
        public String toString() {
            return "heap %d MB, resident %d MB, threads %d".formatted(heap / MEGABYTE, resident / MEGABYTE, threads);
        }
    }

    @Test
    void oneFaultAfterTheOther_noStaleAllowNoWrongDenial() throws Exception {
        System.out.printf("soak: %d s, seed %d (-Dlatchkey.soak.seed=%d)%n", SECONDS, SEED, SEED);
        try (SoakWorld world = new SoakWorld(folder, Map.of());
                History history = new History(HISTORY.resolve("history.jsonl"))) {
            Nemesis nemesis = new Nemesis(world, history, faults(), SEED);
            System.out.println("plan: " + nemesis.plan(SECONDS / LEAST_SECONDS_OF_A_FAULT));
            Endpoint first = world.sidecars.get(0);
            Use before = null;
            long start = System.nanoTime();
            try (Crowd crowd = new Crowd(world, history)) {
                while (before == null || System.nanoTime() - start < TimeUnit.SECONDS.toNanos(SECONDS)) {
                    if (before == null && System.nanoTime() - start > TimeUnit.SECONDS.toNanos(SECONDS / 5)) {
                        before = Use.of(first);
                    }
                    nemesis.strike();
                    crowd.report(start);
                }
            }
            Use after = Use.of(first);
            Verdict verdict = HistoryChecker.judge(history.operations(), LEASE);
            report(verdict, nemesis, world, before, after);

            assertThat(broken).as("clients that gave up").isEmpty();
            assertThat(verdict.violations())
                    .as(verdict.violated() + " violations")
                    .isEmpty();
            assertThat(verdict.count(Kind.REVOKE, Outcome.OK)).isPositive();
            assertThat(verdict.count(Kind.CHECK, Outcome.ALLOWED)).isPositive();
            assertThat(verdict.count(Kind.CHECK, Outcome.DENIED)).isPositive();
            assertThat(first.metric("latchkey_cache_lookups_total{result=\"hit\"}"))
                    .isPositive();
            // A fault takes everything away, which is an error of Redis' and to be said.
            assertThat(first.log.text().lines().filter(line -> !line.contains("the history of Redis")))
                    .noneMatch(line -> line.contains(" ERROR "));
            assertThat(after.threads).isLessThanOrEqualTo(before.threads + MAX_MORE_THREADS);
            if (SECONDS > SECONDS_TO_SETTLE) {
                assertThat(after.heap).isLessThan(before.heap + MAX_MORE_HEAP);
                assertThat(after.resident).isLessThan(before.resident + MAX_MORE_RESIDENT);
            }
        }
    }

    /**
     * How soon swallowed pushes are missed depends on a canary that comes on time; a minute on a busy machine is not
     * to.
     */
    private static Set<Fault> faults() {
        String named = System.getProperty("latchkey.soak.faults", "");
        if (!named.isEmpty()) {
            return Stream.of(named.split(","))
                    .map(name ->
                            Fault.valueOf(name.strip().toUpperCase(Locale.ROOT).replace('-', '_')))
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
        }
        Set<Fault> faults = EnumSet.allOf(Fault.class);
        if (!SteppedClock.available()) {
            System.out.println("libfaketime is not installed: no clock is stepped");
            faults.removeAll(EnumSet.of(Fault.SIDECAR_CLOCK_STEPPED, Fault.CONTROL_CLOCK_STEPPED));
        }
        if (!SteppedClock.available() || !SoakWorld.REDIS_HAS_A_CLOCK) {
            faults.remove(Fault.REDIS_CLOCK_STEPPED);
        }
        if (SECONDS <= SECONDS_TO_SETTLE) {
            faults.remove(Fault.PUSHES_SWALLOWED);
        }
        return faults;
    }

    /**
     * The control experiment: memory that is used for a minute without an answer from Redis, and not for two seconds.
     */
    @ParameterizedTest(name = "lease {0}")
    @CsvSource({"2s, false", "1m, true"})
    void answersOfRedisLost_staleAllowsAreSeenOnlyIfTheLeaseDoesNotEnd(String lease, boolean stale) throws Exception {
        try (SoakWorld world = new SoakWorld(folder, Map.of("LATCHKEY_CACHE_LEASE", lease));
                History history = new History(HISTORY.resolve("history-of-lease-" + lease + ".jsonl"))) {
            try (Crowd crowd = new Crowd(world, history)) {
                crowd.awaitOperations(ENOUGH);
                new Nemesis(world, history, faults(), SEED)
                        .strike(Fault.ANSWERS_FORGOTTEN, world.sidecars.get(0), 4 * LEASE.toMillis(), Duration.ZERO);
            }

            Verdict verdict = HistoryChecker.judge(history.operations(), LEASE);

            assertThat(broken).isEmpty();
            if (stale) {
                assertThat(verdict.violations()).isNotEmpty().allMatch(text -> text.contains("was answered"));
            } else {
                assertThat(verdict.violations()).isEmpty();
            }
        }
    }

    /** Those who ask and those who change things. */
    private final class Crowd implements AutoCloseable {
        private final History history;
        private final ScheduledExecutorService threads;
        private final List<Runnable> members = new ArrayList<>();

        Crowd(SoakWorld world, History history) {
            this.history = history;
            Random seeds = new Random(SEED);
            for (int i = 1; i <= OPERATORS; i++) {
                members.add(new SoakOperator(world, history, keys, "ws_" + i, seeds.nextLong()));
            }
            for (int i = 0; i < CLIENTS_OF_ENVOY; i++) {
                members.add(new SoakClient(world, null, history, keys, seeds.nextLong()));
            }
            for (Endpoint sidecar : world.sidecars) {
                for (int i = 0; i < CLIENTS_OF_EACH_SIDECAR; i++) {
                    members.add(new SoakClient(world, sidecar, history, keys, seeds.nextLong()));
                }
            }
            threads = Executors.newScheduledThreadPool(members.size());
            for (Runnable member : members) {
                int pause = member instanceof SoakOperator ? OPERATOR_PAUSE_MILLIS : CLIENT_PAUSE_MILLIS;
                var unused = threads.scheduleWithFixedDelay(() -> act(member), 0, pause, TimeUnit.MILLISECONDS);
            }
        }

        private void act(Runnable member) {
            try {
                member.run();
            } catch (RuntimeException | Error e) {
                broken.add(e);
            }
        }

        void awaitOperations(int count) {
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> history.size() > count);
        }

        void report(long start) {
            System.out.printf(
                    "%4d s: %d operations%n",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start), history.size());
        }

        @Override
        public void close() {
            threads.shutdown();
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(threads::isTerminated);
        }
    }

    private static void report(Verdict verdict, Nemesis nemesis, SoakWorld world, Use before, Use after)
            throws IOException {
        System.out.println("operations: " + verdict.counts());
        System.out.println("faults: " + nemesis.injected());
        System.out.printf(
                Locale.ROOT,
                "checks answered 503 while nothing was broken: %d; slowest recovery %.1f s%n",
                verdict.unavailableOutside(),
                nemesis.worstRecovery());
        System.out.printf(
                Locale.ROOT,
                "latest start of an allowed check after the answer to a revoke or deactivation: %.1f ms, while"
                        + " nothing was broken %.1f ms (lease %d ms)%n",
                verdict.worstMillis(),
                verdict.worstHealthyMillis(),
                LEASE.toMillis());
        for (Endpoint sidecar : world.sidecars) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.0f answers from memory, %.0f from Redis, %.0f past memory; all forgotten: %s%n",
                    sidecar.name,
                    sidecar.metric("latchkey_cache_lookups_total{result=\"hit\"}"),
                    sidecar.metric("latchkey_cache_lookups_total{result=\"miss\"}"),
                    sidecar.metric("latchkey_cache_lookups_total{result=\"bypass\"}"),
                    world.epochEnds(sidecar));
        }
        System.out.println("sidecar-1 at first: " + before);
        System.out.println("sidecar-1 at last:  " + after);
        System.out.println("sidecar-2, the last of several, at last: " + Use.of(world.sidecars.get(1)));
        verdict.violations().forEach(System.out::println);
    }
}
