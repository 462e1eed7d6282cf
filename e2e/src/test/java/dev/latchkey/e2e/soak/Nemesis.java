package dev.latchkey.e2e.soak;

import static java.util.stream.Collectors.joining;

import dev.latchkey.e2e.soak.History.Begun;
import dev.latchkey.e2e.soak.LastingFaults.Lasting;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import dev.latchkey.e2e.soak.SoakWorld.Endpoint;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Breaks one thing after the other, as planned from a seed, each for longer than the lease, and waits until all is well
 * again. Every kind of fault has had its turn before one comes again.
 */
final class Nemesis {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int SLOW_MILLIS = 150;
    private static final List<Duration> STEPS = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(-5),
            Duration.ofSeconds(40),
            Duration.ofSeconds(-40),
            Duration.ofHours(1),
            Duration.ofHours(-1));

    private final SoakWorld world;
    private final History history;
    private final Set<Fault> faults;
    private final Random random;
    private final List<Strike> plan = new ArrayList<>();
    private int next;
    private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
    private double worstRecovery;
    private Begun indexLoss;
    private final LastingFaults lastingFaults;
    private Lasting lasting;

    /** What can break, and whose it is. */
    enum Fault {
        SIDECAR_KILLED("sidecar"),
        SIDECAR_STOPPED("sidecar"),
        REDIS_STOPPED("redis"),
        REDIS_KILLED("redis"),
        CONNECTIONS_KILLED("redis"),
        FEEDS_KILLED("redis"),
        /** Nothing passes any more over the connections that there are; they stay open. */
        LINK_FORGOTTEN("link"),
        ANSWERS_FORGOTTEN("link"),
        COMMANDS_FORGOTTEN("link"),
        /** Nothing passes, and all of it arrives in the end. */
        LINK_PARTED("link"),
        LINK_SLOW("link"),
        /** All else passes. */
        PUSHES_SWALLOWED("link"),
        CONTROL_KILLED("control"),
        CONTROL_PARTED("control"),
        CONTROL_UNANSWERED("control"),
        MEMORY_FULL("redis"),
        EVERYTHING_DELETED("redis"),
        /** Without the ledger, from which the control plane restores it. */
        INDEX_DELETED("redis"),
        /** Again and again, as fast as Redis can. */
        CONNECTIONS_KILLED_BY_THE_THOUSAND("redis"),
        /** Nobody reads standard error, which is a full pipe, while malformed frames come. */
        SIDECAR_LOG_UNREAD("log"),
        CONTROL_LOG_UNREAD("log"),
        /** Hundreds of half-sent requests, while probes come. */
        SIDECAR_OPS_SLOW_CLIENTS("ops"),
        CONTROL_OPS_SLOW_CLIENTS("ops"),
        /** Ahead or behind, and then right again. */
        SIDECAR_CLOCK_STEPPED("clock"),
        CONTROL_CLOCK_STEPPED("clock"),
        /** Only of a Redis that is linked dynamically, such as the Valkey of the tests. */
        REDIS_CLOCK_STEPPED("clock");

        private final String target;

        Fault(String target) {
            this.target = target;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** A fault that is to come: after which gap, to whom, for how long. */
    private record Strike(Fault fault, int sidecar, long gapMillis, long holdMillis, Duration step) {

        @Override
        public String toString() {
            return "%s %d %d+%d ms".formatted(fault.text(), sidecar + 1, gapMillis, holdMillis)
                    + (fault.target.equals("clock") ? " by " + step.toSeconds() + " s" : "");
        }
    }

    Nemesis(SoakWorld world, History history, Set<Fault> faults, long seed) {
        this.world = world;
        this.history = history;
        this.faults = faults;
        this.random = new Random(seed);
        this.lastingFaults = new LastingFaults(world, history);
    }

    /** Tells what comes, as long as there is time for it. */
    String plan(int count) {
        return IntStream.range(0, count)
                .mapToObj(this::planned)
                .map(Strike::toString)
                .collect(joining(", "));
    }

    /** Lets all be well for a moment, breaks the next thing, mends it, and waits for the recovery. */
    void strike() {
        Strike strike = planned(next++);
        pass(strike.gapMillis);
        strike(strike.fault, world.sidecars.get(strike.sidecar), strike.holdMillis, strike.step);
    }

    private Strike planned(int number) {
        while (plan.size() <= number) {
            List<Fault> deck = new ArrayList<>(faults);
            Collections.shuffle(deck, random);
            for (Fault fault : deck) {
                int sidecar = random.nextInt(world.sidecars.size());
                plan.add(new Strike(
                        fault,
                        // The first lives for the whole time, and shows whether it grows.
                        fault == Fault.SIDECAR_KILLED ? world.sidecars.size() - 1 : sidecar,
                        500L + random.nextInt(2000),
                        2500L + random.nextInt(2500),
                        STEPS.get(random.nextInt(STEPS.size()))));
            }
        }
        return plan.get(number);
    }

    void strike(Fault fault, Endpoint sidecar, long holdMillis, Duration step) {
        String target = fault.target.equals("sidecar") ? sidecar.name : fault.target;
        Begun window = history.begin(Kind.FAULT, target, fault.text());
        begin(fault, sidecar, step);
        pass(holdMillis);
        long mended = System.nanoTime();
        String more = end(fault, sidecar);
        world.awaitHealth();
        double recovery = (System.nanoTime() - mended) / 1e9;
        window.end(Outcome.OK, "");
        worstRecovery = Math.max(worstRecovery, recovery);
        injected.merge(fault, 1, Integer::sum);
        System.out.printf(
                Locale.ROOT,
                "  %s, %s: %.1f s, well again %.1f s later%s%n",
                fault.text(),
                fault.target.equals("link") ? sidecar.name : target,
                holdMillis / 1000.0,
                recovery,
                more.isEmpty() ? "" : "; " + more);
    }

    private void begin(Fault fault, Endpoint sidecar, Duration step) {
        switch (fault) {
            case SIDECAR_KILLED -> sidecar.kill();
            case SIDECAR_STOPPED -> sidecar.signal("STOP");
            case REDIS_STOPPED -> world.redis.pause();
            case REDIS_KILLED -> killRedis();
            case CONNECTIONS_KILLED ->
                world.redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme(true));
            case FEEDS_KILLED -> killFeeds();
            case LINK_FORGOTTEN -> sidecar.link.freeze();
            case ANSWERS_FORGOTTEN -> sidecar.link.freezeAnswers();
            case COMMANDS_FORGOTTEN -> sidecar.link.freezeCommands();
            case LINK_PARTED -> sidecar.link.hold();
            case LINK_SLOW -> sidecar.link.delay(SLOW_MILLIS);
            case PUSHES_SWALLOWED -> sidecar.pushes.swallow(true);
            case CONTROL_KILLED -> world.killControl();
            case CONTROL_PARTED -> world.controlLink().hold();
            case CONTROL_UNANSWERED -> world.controlLink().freezeAnswers();
            case MEMORY_FULL -> world.redis.commands().configSet("maxmemory", "1mb");
            case EVERYTHING_DELETED -> deleteEverything();
            case INDEX_DELETED -> deleteIndex();
            default -> {
                try {
                    lasting = lastingFaults.begin(fault, sidecar, step);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Returns what is to be said of it; mostly nothing. */
    private String end(Fault fault, Endpoint sidecar) {
        if (lasting != null) {
            return endLasting();
        }
        switch (fault) {
            case SIDECAR_KILLED -> sidecar.start();
            case SIDECAR_STOPPED -> sidecar.signal("CONT");
            case REDIS_STOPPED -> world.redis.resume();
            case REDIS_KILLED -> world.redis.start();
            case LINK_PARTED -> sidecar.link.release();
            case LINK_SLOW -> sidecar.link.delay(0);
            case PUSHES_SWALLOWED -> sidecar.pushes.swallow(false);
            case CONTROL_KILLED -> world.startControl();
            case CONTROL_PARTED -> world.controlLink().release();
            case MEMORY_FULL -> world.redis.commands().configSet("maxmemory", "0");
            case INDEX_DELETED -> restoreIndex();
            default -> {
                // What was lost is replaced by who has lost it.
            }
        }
        return "";
    }

    private String endLasting() {
        Lasting ending = lasting;
        lasting = null;
        try {
            return ending.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how often each fault was injected. */
    Map<Fault, Integer> injected() {
        return injected;
    }

    /** Returns the longest that anything took to be well again, once it could, in seconds. */
    double worstRecovery() {
        return worstRecovery;
    }

    private static void pass(long millis) {
        long start = System.nanoTime();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void killRedis() {
        try {
            world.redis.kill();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The connections that Redis pushes to. */
    private void killFeeds() {
        world.redis
                .commands()
                .clientList()
                .lines()
                .filter(line -> line.matches(".* flags=\\w*B.*"))
                .map(line -> line.replaceFirst("^id=(\\d+) .*", "$1"))
                .forEach(id -> world.redis.commands().clientKill(KillArgs.Builder.id(Long.parseLong(id))));
    }

    private void deleteEverything() {
        Begun loss = history.begin(Kind.LOSS, "redis", "");
        world.redis.commands().flushall();
        loss.end(Outcome.OK, "");
    }

    private void deleteIndex() {
        indexLoss = history.begin(Kind.INDEX_LOSS, "redis", "");
        for (String names : List.of("latchkey:key:*", "latchkey:workspace:*")) {
            List<String> found = world.redis.commands().keys(names);
            if (!found.isEmpty()) {
                world.redis.commands().del(found.toArray(String[]::new));
            }
        }
    }

    /** A control plane compares the index with its ledger after a start. */
    private void restoreIndex() {
        world.killControl();
        world.startControl();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> world.controlLog().text().contains("the index was compared with the ledger"));
        indexLoss.end(Outcome.OK, "");
    }
}
