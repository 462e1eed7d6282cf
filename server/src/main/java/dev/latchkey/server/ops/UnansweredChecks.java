package dev.latchkey.server.ops;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Denial;
import dev.latchkey.decision.Reason;
import dev.latchkey.server.authz.DecisionListener;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A measure of how long every check that needed the index was answered {@code AUTH_UNAVAILABLE}, whatever the cause:
 * Redis, this process, or its network.
 *
 * <p>This class is thread-safe. An answered check takes no lock, and writes nothing as long as there is no problem.
 */
public final class UnansweredChecks implements DecisionListener {
    private static final long NONE = Long.MIN_VALUE;

    private final LongSupplier nanos;
    private volatile long since = NONE;
    private volatile long last;

    /** @param nanos {@code System::nanoTime} */
    public UnansweredChecks(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Override
    public void decided(Decision decision, long took) {
        Reason reason = decision.reason();
        if (reason.denial() == Denial.UNAVAILABLE) {
            long now = Math.max(nanos.getAsLong(), NONE + 1);
            last = now;
            if (since == NONE) {
                since = now;
            }
        } else if (since != NONE && neededTheIndex(reason)) {
            since = NONE;
        }
    }

    /**
     * Returns the seconds from the first to the last unanswered check since the last answered check that needed the
     * index; 0 if there is no unanswered check since then. The time ends with the last unanswered check, not now, so
     * that it does not grow while no checks arrive.
     */
    public long seconds() {
        long first = since;
        return first == NONE ? 0 : TimeUnit.NANOSECONDS.toSeconds(last - first);
    }

    private static boolean neededTheIndex(Reason reason) {
        return switch (reason) {
            case OK,
                    UNKNOWN_KEY,
                    REVOKED_KEY,
                    EXPIRED_KEY,
                    WRONG_ENVIRONMENT,
                    WORKSPACE_INACTIVE,
                    WORKSPACE_MISSING,
                    SCOPE_MISSING,
                    NO_RULE -> true;
            default -> false;
        };
    }
}
