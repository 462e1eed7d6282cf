package dev.latchkey.control.upkeep;

import dev.latchkey.control.redis.StoreException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A background comparison of the whole ledger with the index, see {@link Comparison}. It repairs records that Redis has
 * lost in a failover or that somebody has damaged. A sweep begins on request, and a day after the previous sweep began.
 * It also removes data that has been kept long enough, see {@link Retention}. {@link #pauseMillis} grows with the
 * number of records in the page, so that Redis has time for others.
 *
 * <p>{@link #step} and {@link #pauseMillis} must be called by one thread at a time; {@link #begin} is thread-safe.
 */
public final class Sweep {
    private static final Logger log = LoggerFactory.getLogger(Sweep.class);
    private static final long PERIOD_NANOS = 24L * 60 * 60 * 1_000_000_000;
    private static final long NOTHING_READ_MILLIS = 10;
    /** The number of faults at one place after which the sweep skips the workspace. */
    private static final int FAULTS = 3;

    private final Comparison comparison;
    private final Retention retention;
    private final LongSupplier nanos;
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final Deque<String> toTrim = new ArrayDeque<>();
    private final Counter records;
    private final Counter mended;
    private volatile boolean underWay;
    private long begunAt;
    private SweepPlace place = SweepPlace.START;
    private long pauseMillis;
    private long mendedNow;
    private int faults;

    /** @param nanos {@code System::nanoTime} */
    public Sweep(Comparison comparison, Retention retention, LongSupplier nanos, MeterRegistry metrics) {
        this.comparison = comparison;
        this.retention = retention;
        this.nanos = nanos;
        this.begunAt = nanos.getAsLong();
        this.records = Counter.builder("latchkey.sweep.records")
                .description("Records of the ledger that the sweep has shown to the index")
                .register(metrics);
        this.mended = Counter.builder("latchkey.sweep.mended")
                .description("Records that the sweep has found missing or different in the index, and mended")
                .register(metrics);
        Gauge.builder("latchkey.sweep.running", () -> underWay ? 1 : 0)
                .description("1 while the index is compared with the ledger, else 0")
                .register(metrics);
    }

    /** Requests a sweep from the start, even if a sweep is running. */
    public void begin() {
        wanted.set(true);
    }

    /** Processes one page. Never throws. Returns false if there is nothing to do now. */
    public boolean step() {
        if (wanted.getAndSet(false) || nanos.getAsLong() - begunAt >= PERIOD_NANOS) {
            restart();
        }
        try {
            if (underWay && !page()) {
                log.info("the index was compared with the ledger: {} records mended", mendedNow);
                underWay = false;
            }
            faults = 0;
            return underWay;
        } catch (StoreException e) {
            // The next step repeats the same page.
            log.debug("comparing the index with the ledger waits: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.error("comparing the index with the ledger failed after {}", place, e);
            leaveOut();
        }
        return false;
    }

    /** Returns how long to wait after a {@link #step} that has returned true. */
    public long pauseMillis() {
        return pauseMillis;
    }

    private void restart() {
        begunAt = nanos.getAsLong();
        underWay = true;
        place = SweepPlace.START;
        toTrim.clear();
        mendedNow = 0;
    }

    /** Processes one page. Returns false if there is no further page. */
    private boolean page() {
        long now = retention.now();
        pauseMillis = NOTHING_READ_MILLIS;
        while (!toTrim.isEmpty()) {
            if (retention.trim(toTrim.element(), now)) {
                return true;
            }
            toTrim.remove();
        }
        Comparison.Page page = comparison.page(
                place, record -> !retention.isOver(record.entry(), now) || !retention.remove(record, now));
        records.increment(page.shown());
        mended.increment(page.mended());
        mendedNow += page.mended();
        pauseMillis = page.millis();
        // Only the second pass trims audit trails, so that each trail is trimmed once per sweep.
        if (place.all()) {
            toTrim.addAll(page.workspaces());
        }
        boolean more = page.next().isPresent() || !toTrim.isEmpty();
        page.next().ifPresent(next -> place = next);
        return more;
    }

    private void leaveOut() {
        faults++;
        if (faults < FAULTS) {
            return;
        }
        faults = 0;
        try {
            comparison.skip(place).ifPresentOrElse(next -> place = next, () -> underWay = false);
            log.error("what follows that place in one workspace is left out");
        } catch (StoreException e) {
            log.debug("comparing the index with the ledger waits: {}", e.getMessage());
        }
    }
}
