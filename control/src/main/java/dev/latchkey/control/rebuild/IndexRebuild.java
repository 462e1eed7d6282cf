package dev.latchkey.control.rebuild;

import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.upkeep.Comparison;
import dev.latchkey.control.upkeep.SweepPlace;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A rebuild of the index from the whole ledger that a caller drives, one short turn per call. It keeps no state between
 * two calls, so another control plane can continue the rebuild, and a caller that goes away leaves nothing running.
 * Records that deny access are compared first. The pages of all calls together keep the pace of the sweep, so that
 * Redis has time for others.
 *
 * <p>This class is thread-safe.
 */
public final class IndexRebuild {
    /** How long a call works: callers give up after ten seconds. */
    private static final Duration TURN = Duration.ofSeconds(2);

    private final Comparison comparison;
    private final LongSupplier nanos;
    private final LongConsumer pause;
    private long free;

    /** @param nanos {@code System::nanoTime} */
    public IndexRebuild(Comparison comparison, LongSupplier nanos) {
        this(comparison, nanos, LockSupport::parkNanos);
    }

    /** @param pause waits for a number of nanoseconds, or slightly less */
    IndexRebuild(Comparison comparison, LongSupplier nanos, LongConsumer pause) {
        this.comparison = comparison;
        this.nanos = nanos;
        this.pause = pause;
        this.free = nanos.getAsLong();
    }

    /**
     * The result of a call.
     *
     * @param compared the number of records compared with the index
     * @param mended the number of records that were missing or different in the index
     * @param nextToken the token of the next call; empty if nothing is left
     */
    public record Progress(int compared, int mended, String nextToken) {}

    /**
     * Continues after {@code token}, by at least one page.
     *
     * @param token the token from the previous call; empty to begin
     * @throws RefusedException if the token is not valid
     * @throws StoreException if Redis does not answer; the same call can be repeated
     */
    public Progress go(String token) {
        Violations violations = new Violations();
        Optional<SweepPlace> place = token.isEmpty() ? Optional.of(SweepPlace.START) : SweepPlace.decode(token);
        if (place.isEmpty()) {
            violations.add(
                    "page_token", MessageText.quoted(token), "next_page_token of the call before, or empty to begin");
        }
        violations.throwIfAny();
        long end = nanos.getAsLong() + TURN.toNanos();
        int compared = 0;
        int mended = 0;
        do {
            Comparison.Page page = comparison.page(place.orElseThrow());
            pause.accept(reserve(page));
            compared += page.shown();
            mended += page.mended();
            place = page.next();
        } while (place.isPresent() && nanos.getAsLong() - end < 0);
        return new Progress(compared, mended, place.map(SweepPlace::encode).orElse(""));
    }

    /**
     * Reserves the time of {@code page} after the pages of other calls, and returns how long to wait in nanoseconds.
     */
    private synchronized long reserve(Comparison.Page page) {
        long now = nanos.getAsLong();
        long start = free - now > 0 ? free : now;
        free = start + Duration.ofMillis(page.millis()).toNanos();
        return free - now;
    }
}
