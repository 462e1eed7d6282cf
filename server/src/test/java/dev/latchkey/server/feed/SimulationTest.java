package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * The near cache in very many schedules: whatever goes wrong, what {@link SimHistory} promises is kept; and if the near
 * cache itself is wrong, it is not. {@code -Dlatchkey.schedules=5000000} for more of them; {@code -Dlatchkey.seed=17}
 * to see one.
 */
class SimulationTest {
    private static final int SCHEDULES = Integer.getInteger("latchkey.schedules", 100_000);
    private static final @Nullable Long SEED = Long.getLong("latchkey.seed");

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(FeedSession.class);

    @BeforeAll
    static void quiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(null);
    }

    @Test
    void everySchedule_keepsAllPromises() {
        if (SEED != null) {
            Simulation.Outcome outcome = Simulation.run(SEED, SimMutant.NONE, /* traced= */ true);
            outcome.history().trace().forEach(System.out::println);
            assertThat(outcome.violation()).isNull();
            return;
        }
        Totals totals = new Totals();
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            Simulation.Outcome outcome = Simulation.run(seed, SimMutant.NONE, /* traced= */ false);
            if (outcome.violation() != null) {
                fail(told(seed, SimMutant.NONE));
            }
            totals.add(outcome);
        }
        System.out.println(totals);

        // Else they would show nothing.
        assertThat(totals.faults).containsOnlyKeys(SimFault.values());
        assertThat(totals.ends).containsOnlyKeys(EpochEnd.values());
        assertThat(totals.worstNanos).isGreaterThan(SimHistory.LEASE / 2);
        assertThat(totals.hits).isGreaterThan(totals.checks() / 4);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void mutant_isCaughtInTime(SimMutant mutant) {
        for (long seed = 1; seed <= mutant.within(); seed++) {
            if (Simulation.run(seed, mutant, /* traced= */ false).violation() != null) {
                System.out.println(mutant + ": caught by schedule " + seed);
                return;
            }
        }
        fail("not caught within " + mutant.within() + " schedules");
    }

    @Test
    void sameSeed_isTheSameSchedule() {
        for (long seed = 1; seed <= 50; seed++) {
            assertThat(trace(seed)).isEqualTo(trace(seed)).isNotEmpty();
        }
    }

    private static String trace(long seed) {
        return String.join(
                "\n", Simulation.run(seed, SimMutant.NONE, true).history().trace());
    }

    private static String told(long seed, SimMutant mutant) {
        Simulation.Outcome again = Simulation.run(seed, mutant, /* traced= */ true);
        return "seed " + seed + ": " + again.violation() + "; see it again with -Dtest=SimulationTest -Dlatchkey.seed="
                + seed + "\n" + String.join("\n", again.history().trace());
    }

    private static final class Totals {
        private final long start = System.nanoTime();
        private final Map<SimFault, Integer> faults = new EnumMap<>(SimFault.class);
        private final Map<EpochEnd, Integer> ends = new EnumMap<>(EpochEnd.class);
        private long schedules;
        private long allowed;
        private long denied;
        private long unavailable;
        private long hits;
        private long worstNanos;

        void add(Simulation.Outcome outcome) {
            SimHistory history = outcome.history();
            schedules++;
            allowed += history.allowed;
            denied += history.denied;
            unavailable += history.unavailable;
            hits += outcome.hits();
            worstNanos = Math.max(worstNanos, history.worstNanos);
            outcome.faults().forEach((fault, times) -> faults.merge(fault, times, Integer::sum));
            outcome.ends().forEach((end, times) -> ends.merge(end, times, Integer::sum));
        }

        long checks() {
            return allowed + denied + unavailable;
        }

        @Override
        public String toString() {
            return """
                    %d schedules in %.0f s; %d checks: %d allowed, %d denied, %d without an answer of the store's; %d hits; \
                    worst staleness of an allow %.1f ms of %d
                    faults: %s
                    epochs ended: %s""".formatted(
                            schedules,
                            (System.nanoTime() - start) / 1e9,
                            checks(),
                            allowed,
                            denied,
                            unavailable,
                            hits,
                            worstNanos / 1e6,
                            SimHistory.LEASE / SimTime.MILLI,
                            faults,
                            ends);
        }
    }
}
