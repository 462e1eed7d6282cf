package dev.latchkey.server.feed;

import dev.latchkey.server.feed.SimRecords.State;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: a sidecar, a Redis, a control plane, what they do and what goes wrong, all out of one seed. It ends
 * with everything mended; then memory must be used again, and nothing be left over.
 */
final class Simulation {
    private static final long SECOND = SimTime.SECOND;
    private static final long MILLI = SimTime.MILLI;
    private static final List<SimFault> FAULTS = List.of(SimFault.values());
    private static final List<State> STATES = List.of(State.values());

    private static final long CALM = 4 * SECOND;
    /** After this nothing that was out of order may keep memory from being used. */
    private static final long RECOVERY = 30 * SECOND;

    private final SimWorld world;
    private final SimDice dice;
    private final SimSidecar sidecar;
    private final Map<SimFault, Integer> faults = new EnumMap<>(SimFault.class);
    private final List<Long> moments = new ArrayList<>();
    private long end = CALM;

    private Simulation(long seed, SimMutant mutant, boolean traced) {
        this.world = new SimWorld(seed, mutant, traced);
        this.dice = world.dice;
        this.sidecar = new SimSidecar(world);
    }

    /** @param violation null if all promises were kept */
    record Outcome(
            @Nullable String violation,
            SimHistory history,
            Map<SimFault, Integer> faults,
            Map<EpochEnd, Integer> ends,
            long hits) {}

    static Outcome run(long seed, SimMutant mutant, boolean traced) {
        Simulation simulation = new Simulation(seed, mutant, traced);
        simulation.run();
        return new Outcome(
                simulation.world.history.violation(),
                simulation.world.history,
                simulation.faults,
                simulation.sidecar.ends(),
                simulation.sidecar.hits());
    }

    private void run() {
        sidecar.start();
        planFaults();
        // Lost pushes go unseen until there is a canary.
        boolean late = dice.oneIn(8) && !faults.containsKey(SimFault.PUSHES_LOST);
        world.time.world(dice.below(late ? 3 * SECOND : SECOND / 5), world::startCanary);
        for (int i = 1 + dice.below(4); i > 0; i--) {
            planWrite();
        }
        for (int i = 24; i > 0; i--) {
            planCheck(dice.below(end));
        }
        if (goOn(end)) {
            recover();
        }
    }

    private void planFaults() {
        int number = dice.below(8);
        number = number == 0 ? 0 : number < 6 ? 1 : number - 4;
        for (int i = 0; i < number; i++) {
            SimFault fault = dice.oneOf(FAULTS);
            if (faults.keySet().stream().anyMatch(fault::hides)) {
                continue;
            }
            long at = SECOND / 4 + dice.below(9 * SECOND / 4);
            long duration = 1 + dice.below(dice.oneIn(4) ? SECOND / 10 : dice.oneIn(2) ? 5 * SECOND / 2 : 6 * SECOND);
            faults.merge(fault, 1, Integer::sum);
            world.time.world(at, () -> fault.inject(world, duration));
            moments.add(at);
            moments.add(at + duration);
            planCheck(at - dice.below(30 * MILLI));
            end = Math.max(end, at + duration + SECOND);
        }
    }

    private void planWrite() {
        long at = moment();
        List<Integer> records = dice.oneIn(4)
                ? List.of(0, SimRecords.WORKSPACE)
                : List.of(dice.oneIn(3) ? SimRecords.WORKSPACE : dice.below(SimRecords.KEYS));
        State next = dice.oneOf(STATES);
        world.time.world(at, () -> world.redis.write(records, next));
        moments.add(at);
        end = Math.max(end, at + SECOND);
        for (int i = 6; i > 0; i--) {
            planCheck(at + offset());
        }
    }

    /** Any time, or just about when something else happens. */
    private long moment() {
        if (moments.isEmpty() || dice.oneIn(3)) {
            return SECOND / 4 + dice.below(5 * SECOND / 2);
        }
        long near = dice.oneOf(moments);
        return Math.max(0, near + dice.between(-3 * MILLI, dice.oneIn(2) ? 3 * MILLI : SECOND / 2));
    }

    private long offset() {
        return switch (dice.below(5)) {
            case 0 -> dice.between(-2 * MILLI, 2 * MILLI);
            case 1 -> dice.between(-SECOND / 4, SECOND / 4);
            case 2 -> SimHistory.LEASE + dice.between(-5 * MILLI, 100 * MILLI);
            case 3 -> SimHistory.LEASE + dice.between(0, 400 * MILLI);
            default -> dice.below(4 * SECOND);
        };
    }

    private void planCheck(long at) {
        int key = dice.oneIn(3) ? 1 : 0;
        end = Math.max(end, at);
        world.time.world(Math.max(0, at), () -> sidecar.check(key));
    }

    /** Tells whether all went well until then. */
    private boolean goOn(long until) {
        boolean more = true;
        while (more && world.history.violation() == null) {
            more = world.time.step(until);
        }
        return world.history.violation() == null;
    }

    private void recover() {
        boolean failed = world.history.unavailable > 0 && !sidecar.isCrowded();
        if (faults.isEmpty() && (failed || !sidecar.ends().isEmpty())) {
            world.history.violated("epochs ended (" + sidecar.ends() + ") or checks failed ("
                    + world.history.unavailable + ") with nothing wrong");
            return;
        }
        world.redis.write(List.of(0, 1, SimRecords.WORKSPACE), State.GOOD);
        long hits = sidecar.hits();
        long deadline = world.time.now() + RECOVERY;
        while (sidecar.hits() == hits && world.time.now() < deadline) {
            sidecar.check(0);
            if (!goOn(world.time.now() + SECOND / 2)) {
                return;
            }
        }
        if (sidecar.hits() == hits) {
            world.history.violated("memory was not used for " + RECOVERY / SECOND + " s with nothing wrong");
            return;
        }
        sidecar.stop();
        world.end();
        if (goOn(Long.MAX_VALUE) && world.history.open() + sidecar.readsUnderWay() > 0) {
            world.history.violated(world.history.open() + " checks were never answered, " + sidecar.readsUnderWay()
                    + " reads are still counted as under way");
        }
    }
}
