package dev.latchkey.server.cache;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The right to answer from memory, for a time: it lasts for a fixed length from the <em>sending</em> of the last heartbeat that
 * was answered. Every write that Redis made before a heartbeat was sent has been pushed before its answer, so what is in memory
 * under a held lease is at most as old as the lease is long.
 *
 * <p>Time is the monotonic clock, which goes on while a process is stopped. It does not while a machine is suspended: then the
 * wall clock gets ahead of it, which counts as time that has passed. After a long jump, forward or back, the lease counts as lost.
 *
 * <p>This class is thread-safe and takes no lock.
 */
public class Lease {
    /** More than clocks are slewed by during a lease. */
    private static final long MAX_JUMP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long lengthNanos;
    private final LongSupplier nanos;
    private final LongSupplier wallMillis;
    private volatile @Nullable Term term;

    /** @param ahead by how much the wall clock was ahead of the monotonic one when the heartbeat was sent, in nanoseconds */
    private record Term(long endNanos, long ahead) {}

    /** When a heartbeat was sent, by both clocks. */
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

    /** By the clocks of the system; of the same classes each time, as {@code IndexClock.ofSystem}. */
    public Lease(long lengthNanos) {
        this(lengthNanos, System::nanoTime, System::currentTimeMillis);
    }

    public final boolean held() {
        return remainingNanos() > 0;
    }

    /** Returns for how long it is still held; 0 if it is not. */
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

    /** To be called just before a heartbeat is sent. */
    public final Sent send() {
        long now = nanos.getAsLong();
        return new Sent(now, ahead(now));
    }

    /** Prolongs it: the heartbeat that was sent then has been answered. A jump of the clocks since then counts. */
    public void extend(Sent sent) {
        term = new Term(sent.nanos + lengthNanos, sent.ahead);
    }

    private long ahead(long nowNanos) {
        return TimeUnit.MILLISECONDS.toNanos(wallMillis.getAsLong()) - nowNanos;
    }
}
