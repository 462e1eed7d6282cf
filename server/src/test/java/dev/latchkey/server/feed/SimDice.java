package dev.latchkey.server.feed;

import java.util.List;

/** Random numbers that depend on a seed alone (SplitMix64). */
final class SimDice {
    private long state;

    SimDice(long seed) {
        // Mixed, or the numbers of one seed would be those of the one before, but for the first.
        this.state = mix(seed);
    }

    private long next() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    private static long mix(long number) {
        long z = number;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Returns a number from 0 on, below {@code bound}. */
    long below(long bound) {
        return Long.remainderUnsigned(next(), bound);
    }

    int below(int bound) {
        return (int) below((long) bound);
    }

    long between(long least, long bound) {
        return least + below(bound - least);
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(below(choices.size()));
    }
}
