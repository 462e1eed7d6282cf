package dev.latchkey.control.imports;

import java.util.HashMap;
import java.util.Map;

/**
 * A limit on concurrent imports, in total and per caller. The total is limited because imports wait for each other and
 * other calls need threads too. The number per caller is limited so that one caller in a loop cannot keep others out.
 * This class is thread-safe.
 */
final class ImportPlaces {
    private final int most;
    private final int mostPerCaller;
    private final Map<String, Integer> underWay = new HashMap<>();
    private int all;

    ImportPlaces(int most, int mostPerCaller) {
        this.most = most;
        this.mostPerCaller = mostPerCaller;
    }

    /** The result of {@link #enter}. */
    enum Outcome {
        /** The caller has a place and must give it back with {@link #leave}. */
        TAKEN,
        /** The caller already has the maximum number of places for one caller. */
        CALLER_FULL,
        /** All places are taken. */
        FULL
    }

    /** Requests a place for {@code caller} without waiting. */
    synchronized Outcome enter(String caller) {
        int own = underWay.getOrDefault(caller, 0);
        if (own == mostPerCaller) {
            return Outcome.CALLER_FULL;
        }
        if (all == most) {
            return Outcome.FULL;
        }
        all++;
        underWay.put(caller, own + 1);
        return Outcome.TAKEN;
    }

    /** Gives back a place of {@code caller}. Must be called once for each {@link Outcome#TAKEN}. */
    synchronized void leave(String caller) {
        all--;
        underWay.computeIfPresent(caller, (same, calls) -> calls == 1 ? null : calls - 1);
    }
}
