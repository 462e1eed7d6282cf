package dev.latchkey.server.feed;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether pushes arrive on a connection at all: a control plane that is alive writes the canary each second, and a push must
 * tell of it. An answer that shows it written comes before its push only if Redis did both in one cycle; so one answer is a
 * doubt, and an answer to a question from after that is a proof.
 *
 * <p>Looks are to be taken as the answers arrive, in order with the pushes; the rest is thread-safe.
 */
final class CanaryWatch {
    private final AtomicLong pushes = new AtomicLong();
    private @Nullable Look last;
    private volatile @Nullable Doubt doubt;

    /**
     * The canary as an answer showed it.
     *
     * @param writtenAt epoch milliseconds by Redis' clock, 0 if there is none
     * @param pushes of it before the answer
     */
    private record Look(long writtenAt, long pushes) {}

    /** What one look has raised and a later one settles. No two are equal. */
    static final class Doubt {}

    enum Verdict {
        FINE,
        /** To be asked again, at once. */
        DOUBTFUL,
        MISSED
    }

    /** A push of the canary has arrived. */
    void pushed() {
        pushes.incrementAndGet();
    }

    long pushes() {
        return pushes.get();
    }

    /** Returns what a question that is sent now may settle. */
    @Nullable
    Doubt doubt() {
        return doubt;
    }

    /** @param doubtBefore {@link #doubt} when the question was sent */
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
