package dev.latchkey.control.index;

/**
 * The result of writing a record to the index.
 *
 * @param rev the rev of the record that the index holds now
 */
public record Projection(Outcome outcome, long rev) {

    /** The outcome of a write. */
    public enum Outcome {
        /** The index took the record. */
        WRITTEN,
        /** The index already held the same record. */
        SAME,
        /** The index holds a newer record or a revoked record, and kept it. */
        KEPT,
        /** The index holds a record of another id, workspace or environment under this name, and kept it. */
        CONFLICT
    }

    /** Returns whether the index holds the record now. */
    public boolean taken() {
        return outcome == Outcome.WRITTEN || outcome == Outcome.SAME;
    }
}
