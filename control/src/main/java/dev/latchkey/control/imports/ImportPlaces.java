package dev.latchkey.control.imports;

import java.util.HashMap;
import java.util.Map;

/**
 * The places of imports under way: so many together, since imports wait for each other and other calls need threads too, and so
 * many of one caller, so that no caller's loop keeps others out. Thread-safe.
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

    /** What came of asking for a place. */
    enum Outcome {
        /** There is one, until {@link #leave}. */
        TAKEN,
        /** The caller has as many as it can. */
        CALLER_FULL,
        /** All are taken. */
        FULL
    }

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

    synchronized void leave(String caller) {
        all--;
        underWay.computeIfPresent(caller, (same, calls) -> calls == 1 ? null : calls - 1);
    }
}
