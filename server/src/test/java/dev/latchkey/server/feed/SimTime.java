package dev.latchkey.server.feed;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/**
 * Virtual time, and what is due in it. What the sidecar does waits while its process is stopped, and is then done in
 * any order; its monotonic clock stands still while its machine is suspended, its wall clock jumps.
 */
public final class SimTime {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1000 * MILLI;
    private static final long EPOCH_MILLIS = 1_800_000_000_000L;

    private final SimDice dice;
    private final PriorityQueue<Step> steps = new PriorityQueue<>(64);
    private final long monotonicBase;
    private long now;
    private long sequence;
    private long stoppedUntil;
    private long suspended;
    private long wallOffsetMillis;
    private long redisOffsetMillis;

    private enum Whose {
        WORLD,
        SIDECAR,
        /** Of the sidecar, measured by its monotonic clock. */
        TIMER
    }

    private record Step(long at, long sequence, Whose whose, long suspendedBefore, Runnable what)
            implements Comparable<Step> {
        @Override
        public int compareTo(Step other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    SimTime(SimDice dice) {
        this.dice = dice;
        this.monotonicBase = dice.below(SECOND * SECOND) - SECOND * SECOND / 2;
    }

    /** Something outside of the sidecar. */
    void world(long delay, Runnable what) {
        add(now + delay, Whose.WORLD, what);
    }

    /** Something that the sidecar does when it comes to it. */
    void sidecar(long delay, Runnable what) {
        add(now + delay, Whose.SIDECAR, what);
    }

    /** Something that the sidecar does after a time by its own clock. */
    void timer(long delay, Runnable what) {
        add(now + delay, Whose.TIMER, what);
    }

    /** Does what is due next, unless that is after {@code end}; then it is {@code end}, and false. */
    boolean step(long end) {
        Step next = steps.peek();
        if (next == null || next.at > end) {
            now = Math.max(now, end);
            return false;
        }
        steps.remove();
        now = next.at;
        if (next.whose == Whose.TIMER && next.suspendedBefore < suspended) {
            add(now + suspended - next.suspendedBefore, Whose.TIMER, next.what);
        } else if (next.whose != Whose.WORLD && now < stoppedUntil) {
            add(stoppedUntil + dice.below(MILLI), next.whose, next.what);
        } else {
            next.what.run();
        }
        return true;
    }

    /** The process of the sidecar does nothing for so long. */
    void stop(long duration) {
        stoppedUntil = Math.max(stoppedUntil, now + duration);
    }

    /** The machine of the sidecar is suspended for so long. */
    void suspend(long duration) {
        stop(duration);
        suspended += duration;
    }

    void jumpWall(long millis) {
        wallOffsetMillis += millis;
    }

    void jumpRedis(long millis) {
        redisOffsetMillis += millis;
    }

    long now() {
        return now;
    }

    public long monotonicNanos() {
        return monotonicBase + now - suspended;
    }

    long wallMillis() {
        return EPOCH_MILLIS + TimeUnit.NANOSECONDS.toMillis(now) + wallOffsetMillis;
    }

    long redisMillis() {
        return EPOCH_MILLIS + TimeUnit.NANOSECONDS.toMillis(now) + redisOffsetMillis;
    }

    private void add(long at, Whose whose, Runnable what) {
        steps.add(new Step(at, sequence++, whose, suspended, what));
    }
}
