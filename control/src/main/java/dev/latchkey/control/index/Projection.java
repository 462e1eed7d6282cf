package dev.latchkey.control.index;

/**
 * What came of showing a record to the index.
 *
 * @param rev of the record that the index holds now
 */
public record Projection(Outcome outcome, long rev) {

    /** What the index did. */
    public enum Outcome {
        /** It took the record. */
        WRITTEN,
        /** It had it already. */
        SAME,
        /** It holds a newer record, or a revoked one, and kept that. */
        KEPT,
        /** It holds, under this name, a record of another id, workspace or environment, and kept that. */
        CONFLICT
    }

    /** Tells whether the index holds the record now. */
    public boolean taken() {
        return outcome == Outcome.WRITTEN || outcome == Outcome.SAME;
    }
}
