package dev.latchkey.ops;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A stall detector, which measures for how long an activity has made no progress. The time between two calls counts as
 * at most half of the patience, however much time the clock shows: a stopped process, a suspended machine and a long
 * pause of the JVM are not stalls, since no thread of the process runs then. Therefore a stall is detected at the third
 * call at the earliest.
 *
 * <p>This class is thread-safe.
 */
public final class Stall {
    private final long patienceNanos;
    private long stillNanos;
    private long lastLook;
    private long lastProgress;
    private boolean busy;

    /** @param patience how long progress may be absent before that is a stall; must exceed every intended wait */
    public Stall(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Records the present state.
     *
     * @param waiting whether there is work to do
     * @param progress any number that changes with each step of the work
     * @return the seconds without progress if that is a stall; else empty
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
