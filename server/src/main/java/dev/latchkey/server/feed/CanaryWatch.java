package dev.latchkey.server.feed;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A check that pushes arrive on a connection at all. A live control plane writes the canary every second, and a push
 * must announce each write. An answer that shows a new canary can precede its push only if Redis handled the write and
 * the read in one event-loop cycle. So one such answer raises a doubt; if the answer to a read sent after the doubt
 * still precedes any push, the push is proven to be missing.
 *
 * <p>{@link #look} must be called as answers arrive, in order with the pushes. All other methods are thread-safe.
 */
final class CanaryWatch {
    private final AtomicLong pushes = new AtomicLong();
    private @Nullable Look last;
    private volatile @Nullable Doubt doubt;

    /**
     * The canary as seen in one answer.
     *
     * @param writtenAt epoch milliseconds by Redis' clock, 0 if there is none
     * @param pushes the number of canary pushes before the answer
     */
    private record Look(long writtenAt, long pushes) {}

    /** A doubt that one look has raised and a later look settles. Doubts are compared by identity. */
    static final class Doubt {}

    enum Verdict {
        FINE,
        /** The canary must be read again at once. */
        DOUBTFUL,
        MISSED
    }

    /** Records the arrival of a canary push. */
    void pushed() {
        pushes.incrementAndGet();
    }

    long pushes() {
        return pushes.get();
    }

    /** Returns the doubt that a read sent now can settle; null if there is none. */
    @Nullable
    Doubt doubt() {
        return doubt;
    }

    /**
     * Judges the answer to a read of the canary.
     *
     * @param doubtBefore {@link #doubt} when the read was sent
     */
    Verdict look(long writtenAt, @Nullable Doubt doubtBefore) {
        Look now = new Look(writtenAt, pushes.get());
        Look before = last;
        boolean unseen = before != null && now.writtenAt != before.writtenAt && now.pushes == before.pushes;
        if (!unseen) {
            last = now;
            doubt = null;
            return Verdict.FINE;
        }
        if (doubt == null) {
            doubt = new Doubt();
            return Verdict.DOUBTFUL;
        }
        return doubt == doubtBefore ? Verdict.MISSED : Verdict.DOUBTFUL;
    }
}
