package dev.latchkey.ops;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Tells for how long something has made no progress. Between two looks at most half of the patience counts, however long the clock
 * says it was: a process that was stopped, a suspended machine and a long pause of the JVM are no stall, since none of its threads
 * ran. So a stall is found at the third look at the earliest.
 *
 * <p>This class is thread-safe.
 */
public final class Stall {
    private final long patienceNanos;
    private long stillNanos;
    private long lastLook;
    private long lastProgress;
    private boolean busy;

    /** @param patience after which no progress is a stall; above any wait that is meant */
    public Stall(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Looks again.
     *
     * @param waiting whether there is something to be done
     * @param progress any number that is another one after each step
     * @return for how long nothing was done, in seconds; empty unless that is a stall
     */
    public synchronized Optional<Long> look(long nanos, boolean waiting, long progress) {
        if (!waiting || !busy || progress != lastProgress) {
            stillNanos = 0;
        } else {
            stillNanos += Math.max(0, Math.min(nanos - lastLook, patienceNanos / 2));
        }
        busy = waiting;
        lastLook = nanos;
        lastProgress = progress;
        return stillNanos >= patienceNanos ? Optional.of(TimeUnit.NANOSECONDS.toSeconds(stillNanos)) : Optional.empty();
    }
}
