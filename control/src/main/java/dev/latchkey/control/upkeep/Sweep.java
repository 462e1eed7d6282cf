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
 * Shows the whole ledger to the index in the background, see {@link Comparison}: mends what Redis has lost in a failover or
 * somebody has damaged. Begins when asked to and a day after it last began. On its way it takes away what was kept long enough,
 * see {@link Retention}. It leaves Redis time for others: {@link #pauseMillis} is for as many records as the page had.
 *
 * <p>{@link #step} and {@link #pauseMillis} are for one thread, {@link #begin} for any.
 */
public final class Sweep {
    private static final Logger log = LoggerFactory.getLogger(Sweep.class);
    private static final long PERIOD_NANOS = 24L * 60 * 60 * 1_000_000_000;
    private static final long NOTHING_READ_MILLIS = 10;
    /** After so many faults at one place, its workspace is left out. */
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

    /** Asks for a sweep from the start, also if one is under way. */
    public void begin() {
        wanted.set(true);
    }

    /** Goes on by one page. Never throws; false means that there is nothing to do now. */
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
            // The same page again, when Redis answers.
            log.debug("comparing the index with the ledger waits: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.error("comparing the index with the ledger failed after {}", place, e);
            leaveOut();
        }
        return false;
    }

    /** Returns how long to wait after a {@link #step} that has done something. */
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

    /** Returns false if there is no further page. */
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
