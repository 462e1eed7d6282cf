package dev.latchkey.server.feed;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.server.feed.SimRecords.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened, and whether all promises were kept: each answer is held against what Redis had acknowledged by then.
 *
 * <ol>
 *   <li>No allow for a check that started later than the lease is long after the key or its workspace was no longer
 * good.
 *   <li>None for a check that started after the push of that change was processed.
 *   <li>No allow out of memory that is given later than {@link #LAST_ANSWER} after that, whenever the check started.
 *   <li>No denial of what had been good for longer than the lease is long, or whose push was processed, before the
 * check started.
 *   <li>No answer that speaks of a fault in the program.
 * </ol>
 */
final class SimHistory {
    static final long LEASE = 2 * SimTime.SECOND;
    /** Two reads, and a process that stands still between them for less than a lease. */
    static final long LAST_ANSWER = 2 * LEASE + 2 * SimConnection.TIMEOUT + SimTime.SECOND;

    private final SimTime time;
    private final State[] states = new State[SimRecords.COUNT];
    private final long[] changedAt = new long[SimRecords.COUNT];
    private final int[] versions = new int[SimRecords.COUNT];
    /** The version that turned good into not good, or back. */
    private final int[] turned = new int[SimRecords.COUNT];

    private final int[] processed = new int[SimRecords.COUNT];
    private final @Nullable List<String> trace;
    private @Nullable String violation;
    private int open;
    long worstNanos;
    int allowed;
    int denied;
    int unavailable;

    /** A check under way. */
    final class Question {
        private final int key;
        private final long started = time.now();
        private final int[] processedBefore = processed.clone();

        private Question(int key) {
            this.key = key;
        }
    }

    SimHistory(SimTime time, boolean traced) {
        this.time = time;
        this.trace = traced ? new ArrayList<>() : null;
        Arrays.fill(states, State.GOOD);
        Arrays.fill(changedAt, -LEASE * LEASE);
    }

    void note(Supplier<String> what) {
        if (trace != null) {
            trace.add(String.format("%14.6f ms  %s", time.now() / 1e6, what.get()));
        }
    }

    List<String> trace() {
        return trace == null ? List.of() : trace;
    }

    @Nullable
    String violation() {
        return violation;
    }

    int open() {
        return open;
    }

    void violated(String how) {
        if (violation == null) {
            violation = how;
            note(() -> "VIOLATION: " + how);
        }
    }

    State state(int record) {
        return states[record];
    }

    int version(int record) {
        return versions[record];
    }

    /** @param acknowledgedAt when whoever wrote could know of it */
    void changed(int record, State next, long acknowledgedAt) {
        note(() -> "redis: " + describe(record) + " is " + next);
        versions[record]++;
        if ((states[record] == State.GOOD) != (next == State.GOOD)) {
            changedAt[record] = acknowledgedAt;
            turned[record] = versions[record];
        }
        states[record] = next;
    }

    void processed(int record, int version) {
        processed[record] = Math.max(processed[record], version);
    }

    Question asked(int key) {
        open++;
        Question question = new Question(key);
        note(() -> "check of " + describe(key) + " starts");
        return question;
    }

    /** @param fromMemory whether it is the answer of an attempt that could use memory */
    void answered(Question question, Decision decision, boolean fromMemory) {
        open--;
        note(() -> "check of " + describe(question.key) + ", started " + (time.now() - question.started) / 1e6
                + " ms ago: " + decision.reason());
        switch (decision.reason()) {
            case OK -> {
                allowed++;
                allowed(question, question.key, fromMemory);
                allowed(question, SimRecords.WORKSPACE, fromMemory);
            }
            case UNKNOWN_KEY, REVOKED_KEY -> denied(question, question.key, decision.reason());
            case WORKSPACE_MISSING, WORKSPACE_INACTIVE -> denied(question, SimRecords.WORKSPACE, decision.reason());
            case STORE_TIMEOUT, STORE_UNAVAILABLE, OVERLOADED -> unavailable++;
            default -> violated("an answer of " + decision.reason());
        }
    }

    private void allowed(Question question, int record, boolean fromMemory) {
        if (states[record] == State.GOOD) {
            return;
        }
        long stale = question.started - changedAt[record];
        worstNanos = Math.max(worstNanos, stale);
        if (stale > LEASE + SimTime.MILLI) {
            violated("allowed " + stale / 1e6 + " ms after " + describe(record) + " was no longer good");
        } else if (question.processedBefore[record] >= turned[record]) {
            violated("allowed although the push of " + describe(record) + " was processed before");
        } else if (fromMemory && time.now() - changedAt[record] > LAST_ANSWER) {
            violated("allow given " + (time.now() - changedAt[record]) / 1e6 + " ms after " + describe(record)
                    + " was no longer good");
        }
    }

    private void denied(Question question, int record, Reason reason) {
        denied++;
        if (states[record] != State.GOOD) {
            return;
        }
        long old = question.started - changedAt[record];
        if (old > LEASE) {
            violated(reason + " although " + describe(record) + " had been good for " + old / 1e6 + " ms");
        } else if (question.processedBefore[record] >= turned[record]) {
            violated(reason + " although the push of " + describe(record) + ", good now, was processed before");
        }
    }

    private static String describe(int record) {
        return record == SimRecords.WORKSPACE ? "the workspace" : "key " + record;
    }
}
