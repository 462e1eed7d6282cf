package dev.latchkey.e2e.soak;

import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Judges a history by what is promised.
 *
 * <ul>
 *   <li>A check that starts later than the lease after a key's revocation, or its workspace's deactivation, was
 * answered is not
 *       allowed, whatever is broken. Nor is one after the key's own end.
 *   <li>A key that was never made is never allowed.
 *   <li>A good key is never denied for what it is: not even while something is broken, but if its record was lost.
 *   <li>What is no decision is Latchkey's own 503; only an endpoint that is killed, stopped or cut off may not answer
 * at all,
 *       for as long as it is.
 *   <li>A probe of an operators' port is answered, whoever else holds connections there, and of three in a row one is
 * in time.
 * </ul>
 *
 * A change whose outcome is not known may have happened or not, at any time from its beginning on.
 *
 * <p>A clock that is ahead ends keys early by as much, of the sidecar that goes by it or, if it is Redis', of all. A
 * sidecar whose clock is behind knows the time from Redis, and late by as long as that may take to answer. Nothing else
 * changes with a clock.
 */
final class HistoryChecker {
    /** Expiry is told in milliseconds by another clock. */
    private static final long EXPIRY_SLACK = TimeUnit.MILLISECONDS.toNanos(50);

    /** What the processes of the soak are told to wait for an answer of Redis. */
    private static final long REDIS_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(250);

    private static final int MAX_LATE_PROBES = 2;
    private static final int SHOWN = 20;

    private final long lease;
    private final Map<String, Operation> creations = new HashMap<>();
    private final Map<String, List<Operation>> ends = new HashMap<>();
    private final Map<String, List<Operation>> switches = new HashMap<>();
    private final List<Operation> losses = new ArrayList<>();
    private final List<Operation> faults = new ArrayList<>();
    private final List<Operation> clocks = new ArrayList<>();
    private final Map<String, Integer> lateProbes = new HashMap<>();
    private final List<Operation> checks = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private int wrong;
    private int unavailableOutside;
    private long worst;
    private long worstHealthy;

    private HistoryChecker(Duration lease) {
        this.lease = lease.toNanos();
    }

    /**
     * What a history shows.
     *
     * @param violations what was promised and is not so, the first of them in words
     * @param counts operations by kind and outcome
     * @param unavailableOutside checks that were answered 503 though nothing was broken
     * @param worstMillis the longest from the answer to a revoke or deactivation to the start of a check that was
     * allowed
     * @param worstHealthyMillis the same, of checks while nothing was broken
     */
    record Verdict(
            int violated,
            List<String> violations,
            Map<String, Integer> counts,
            int unavailableOutside,
            double worstMillis,
            double worstHealthyMillis) {

        int count(Kind kind, Outcome outcome) {
            return counts.getOrDefault(name(kind, outcome), 0);
        }

        private static String name(Kind kind, Outcome outcome) {
            return (kind + " " + outcome).toLowerCase(Locale.ROOT);
        }
    }

    /** @param lease the longest that a change may go unseen */
    static Verdict judge(List<Operation> history, Duration lease) {
        HistoryChecker checker = new HistoryChecker(lease);
        history.forEach(checker::sort);
        checker.checks.forEach(checker::judge);
        return new Verdict(
                checker.wrong,
                List.copyOf(checker.violations),
                checker.counts,
                checker.unavailableOutside,
                millis(checker.worst),
                millis(checker.worstHealthy));
    }

    private void sort(Operation operation) {
        counts.merge(Verdict.name(operation.kind(), operation.outcome()), 1, Integer::sum);
        if (operation.outcome() == Outcome.FAIL) {
            return;
        }
        String subject = operation.subject();
        switch (operation.kind()) {
            case CREATE -> creations.put(subject, operation);
            case REVOKE, EXPIRE ->
                ends.computeIfAbsent(subject, key -> new ArrayList<>()).add(operation);
            case ACTIVATE, DEACTIVATE ->
                switches.computeIfAbsent(subject, workspace -> new ArrayList<>())
                        .add(operation);
            case LOSS, INDEX_LOSS -> losses.add(operation);
            case FAULT -> faults.add(operation);
            case CHECK -> checks.add(operation);
            case CLOCK -> clocks.add(operation);
            case PROBE -> probed(operation);
        }
    }

    /** To be called in the order of the probes of one port. */
    private void probed(Operation probe) {
        int late = probe.outcome() == Outcome.OK ? 0 : lateProbes.getOrDefault(probe.subject(), 0) + 1;
        lateProbes.put(probe.subject(), late);
        if (probe.outcome() == Outcome.WRONG) {
            violated(probe, "a probe is to be answered");
        } else if (late > MAX_LATE_PROBES) {
            violated(probe, "it was the third late answer to a probe in a row");
        }
    }

    private void judge(Operation check) {
        switch (check.outcome()) {
            case ALLOWED -> allowed(check);
            case DENIED -> denied(check);
            case UNAVAILABLE -> unavailableOutside += faults.stream().anyMatch(fault -> overlap(fault, check)) ? 0 : 1;
            case INFO -> {
                if (faults.stream().noneMatch(fault -> overlap(fault, check) && excuses(fault, check))) {
                    violated(check, "nobody answered, and nobody was unable to");
                }
            }
            default -> violated(check, "no answer that is known");
        }
    }

    private void allowed(Operation check) {
        Operation creation = creations.get(check.subject());
        if (creation == null) {
            violated(check, "the key was never made");
            return;
        }
        for (Operation end : ends(check)) {
            if (end.kind() == Kind.EXPIRE) {
                if (check.invoked() > end.invoked() + EXPIRY_SLACK + behind(check)) {
                    violated(check, "the key had expired");
                }
            } else if (end.outcome() == Outcome.OK) {
                stale(check, end);
            }
        }
        for (Operation change : switches(creation)) {
            if (change.kind() == Kind.DEACTIVATE
                    && change.outcome() == Outcome.OK
                    && switches(creation).stream().noneMatch(other -> mayHaveUndone(other, change, check))) {
                stale(check, change);
            }
        }
        for (Operation loss : losses) {
            if (loss.kind() == Kind.LOSS
                    && creation.ended() < loss.invoked()
                    && check.invoked() > loss.ended() + lease) {
                violated(check, "its record was lost");
            }
        }
    }

    private static boolean mayHaveUndone(Operation other, Operation deactivation, Operation check) {
        return other.kind() == Kind.ACTIVATE
                && other.invoked() < check.ended()
                && (other.outcome() != Outcome.OK || other.ended() > deactivation.invoked());
    }

    private void stale(Operation check, Operation change) {
        long staleness = check.invoked() - change.ended();
        worst = Math.max(worst, staleness);
        if (faults.stream().noneMatch(fault -> overlap(fault, check))) {
            worstHealthy = Math.max(worstHealthy, staleness);
        }
        if (staleness > lease) {
            violated(check, "%s was answered %.1f ms before".formatted(change.kind(), millis(staleness)));
        }
    }

    private void denied(Operation check) {
        Operation creation = creations.get(check.subject());
        if (creation == null) {
            return;
        }
        boolean ended = ends(check).stream()
                .anyMatch(end ->
                        end.invoked() - (end.kind() == Kind.EXPIRE ? EXPIRY_SLACK + ahead(check) : 0) < check.ended());
        boolean lost = losses.stream()
                .anyMatch(loss -> loss.invoked() < check.ended()
                        && creation.invoked() < loss.ended()
                        && (loss.kind() == Kind.LOSS || check.invoked() < loss.ended() + lease));
        boolean inactive = switches(creation).stream()
                .anyMatch(change -> change.kind() == Kind.DEACTIVATE
                        && change.invoked() < check.ended()
                        && switches(creation).stream().noneMatch(other -> hasUndone(other, change, check)));
        if (!ended && !lost && !inactive) {
            violated(check, "nothing is wrong with the key");
        }
    }

    private boolean hasUndone(Operation other, Operation deactivation, Operation check) {
        return other.kind() == Kind.ACTIVATE
                && other.outcome() == Outcome.OK
                && deactivation.outcome() == Outcome.OK
                && other.invoked() > deactivation.ended()
                && other.ended() + lease < check.invoked();
    }

    /** A client of Envoy's may meet any endpoint, one that asks an endpoint itself only that. */
    private static boolean excuses(Operation fault, Operation check) {
        return fault.subject().equals(check.place())
                || (check.place().equals("envoy") && fault.subject().startsWith("sidecar"));
    }

    /** Returns by how much a clock may be ahead by which the key was judged. */
    private long ahead(Operation check) {
        return clocks.stream()
                .filter(clock -> overlap(clock, check))
                .filter(clock -> clock.subject().equals("redis") || excuses(clock, check))
                .mapToLong(clock -> Duration.parse(clock.place()).toNanos())
                .filter(step -> step > 0)
                .max()
                .orElse(0);
    }

    /** Returns how late the time may be that comes from Redis alone. */
    private long behind(Operation check) {
        boolean stepped = clocks.stream()
                .anyMatch(clock -> overlap(clock, check)
                        && excuses(clock, check)
                        && Duration.parse(clock.place()).isNegative());
        return stepped ? REDIS_TIMEOUT : 0;
    }

    private List<Operation> ends(Operation check) {
        return ends.getOrDefault(check.subject(), List.of());
    }

    private List<Operation> switches(Operation creation) {
        return switches.getOrDefault(creation.place(), List.of());
    }

    private static boolean overlap(Operation a, Operation b) {
        return a.invoked() < b.ended() && b.invoked() < a.ended();
    }

    private void violated(Operation check, String why) {
        if (++wrong <= SHOWN) {
            violations.add("%s of %s by %s, started at %d: %s, but %s"
                    .formatted(check.outcome(), check.subject(), check.place(), check.invoked(), check.detail(), why));
        }
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}
