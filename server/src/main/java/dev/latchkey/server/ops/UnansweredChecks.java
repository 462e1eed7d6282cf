package dev.latchkey.server.ops;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Denial;
import dev.latchkey.decision.Reason;
import dev.latchkey.server.authz.DecisionListener;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Knows for how long every check that needed the index was answered {@code AUTH_UNAVAILABLE}, whatever the cause: Redis, this
 * process, or its network.
 *
 * <p>This class is thread-safe; a check that is answered takes no lock, and writes nothing while all is well.
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
     * Returns the seconds between the first and the last of the checks that needed the index and were not answered, since one was;
     * 0 if the last one was answered, or there was none. A sidecar that nobody asks is not in trouble for longer and longer.
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
