package dev.latchkey.server.cache;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A time-limited right to answer from memory. The lease lasts for a fixed length, counted from the <em>sending</em> of
 * the last heartbeat that was answered. Every write that Redis made before the heartbeat was sent is pushed before the
 * heartbeat is answered, so records in memory are stale by at most the length of the lease while the lease is held.
 *
 * <p>Time is measured by the monotonic clock, which advances while the process is stopped, but not while the machine is
 * suspended. After a suspension the wall clock is ahead of the monotonic clock; the difference counts as elapsed time.
 * After a jump of more than 500 ms, forward or back, the lease counts as lost.
 *
 * <p>This class is thread-safe and takes no lock.
 */
public class Lease {
    /** More than clock slewing can amount to during a lease. */
    private static final long MAX_JUMP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long lengthNanos;
    private final LongSupplier nanos;
    private final LongSupplier wallMillis;
    private volatile @Nullable Term term;

    /**
     * The lease as granted by one answered heartbeat.
     *
     * @param ahead how far the wall clock was ahead of the monotonic clock when the heartbeat was sent, in nanoseconds
     */
    private record Term(long endNanos, long ahead) {}

    /** The time at which a heartbeat was sent, by both clocks. */
    public record Sent(long nanos, long ahead) {}

    /**
     * @param nanos {@code System::nanoTime}
     * @param wallMillis {@code System::currentTimeMillis}
     */
    public Lease(long lengthNanos, LongSupplier nanos, LongSupplier wallMillis) {
        this.lengthNanos = lengthNanos;
        this.nanos = nanos;
        this.wallMillis = wallMillis;
    }

    /**
     * Creates a lease on the system clocks. Their classes are the same for every lease, so that code compiled during
     * the warm-up fits, as in {@code IndexClock.ofSystem}.
     */
    public Lease(long lengthNanos) {
        this(lengthNanos, System::nanoTime, System::currentTimeMillis);
    }

    public final boolean held() {
        return remainingNanos() > 0;
    }

    /** Returns the remaining time; 0 if the lease is not held. */
    public final long remainingNanos() {
        Term current = term;
        if (current == null) {
            return 0;
        }
        long now = nanos.getAsLong();
        long jump = ahead(now) - current.ahead;
        if (Math.abs(jump) > MAX_JUMP_NANOS) {
            return 0;
        }
        return Math.max(0, current.endNanos - now - Math.max(0, jump));
    }

    /** Returns the current time by both clocks. Must be called just before a heartbeat is sent. */
    public final Sent send() {
        long now = nanos.getAsLong();
        return new Sent(now, ahead(now));
    }

    /**
     * Extends the lease, because the heartbeat of {@code sent} has been answered. A clock jump
     * since the sending counts.
     */
    public void extend(Sent sent) {
        term = new Term(sent.nanos + lengthNanos, sent.ahead);
    }

    private long ahead(long nowNanos) {
        return TimeUnit.MILLISECONDS.toNanos(wallMillis.getAsLong()) - nowNanos;
    }
}
