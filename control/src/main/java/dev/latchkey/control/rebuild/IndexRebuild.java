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
 * Compares the whole ledger with the index at once, for a while at each call: keeps nothing between two calls, so that another
 * control plane can go on, and a caller that goes away leaves nothing running. What takes access away comes first. The pages of
 * all calls together keep the pace of the sweep, so that Redis has time for others.
 *
 * <p>This class is thread-safe.
 */
public final class IndexRebuild {
    /** How long a call goes on: callers give up after ten seconds. */
    private static final Duration TURN = Duration.ofSeconds(2);

    private final Comparison comparison;
    private final LongSupplier nanos;
    private final LongConsumer pause;
    private long free;

    /** @param nanos {@code System::nanoTime} */
    public IndexRebuild(Comparison comparison, LongSupplier nanos) {
        this(comparison, nanos, LockSupport::parkNanos);
    }

    /** @param pause waits for so many nanoseconds, or not quite as many */
    IndexRebuild(Comparison comparison, LongSupplier nanos, LongConsumer pause) {
        this.comparison = comparison;
        this.nanos = nanos;
        this.pause = pause;
        this.free = nanos.getAsLong();
    }

    /**
     * What came of a call.
     *
     * @param compared records that were shown to the index
     * @param mended those that the index had otherwise, or not at all
     * @param nextToken for the call that goes on; empty if nothing is left
     */
    public record Progress(int compared, int mended, String nextToken) {}

    /**
     * Goes on after {@code token}, at least by one page.
     *
     * @param token of the call before; empty to begin
     * @throws RefusedException if the token is none
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

    /** Returns how long to wait after {@code page}, which has its turn after the pages of other calls. */
    private synchronized long reserve(Comparison.Page page) {
        long now = nanos.getAsLong();
        long start = free - now > 0 ? free : now;
        free = start + Duration.ofMillis(page.millis()).toNanos();
        return free - now;
    }
}
