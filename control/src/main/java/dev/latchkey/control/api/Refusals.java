package dev.latchkey.control.api;

import dev.latchkey.control.rules.Shown;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the calls that were refused for who made them, and logs some: of each kind twenty in ten seconds, and before the next
 * one how many there were in between. Who is refused often could else fill the disk. No token and no key is logged.
 *
 * <p>This class is thread-safe.
 */
final class Refusals {
    /** Why a call was refused. */
    enum Kind {
        /** It carried no admin token that is known. */
        TOKEN,
        /** The token's role does not permit it. */
        ROLE,
        /** The token is for another workspace. */
        WORKSPACE;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int SHOWN_PER_PERIOD = 20;

    private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
    private final LongSupplier nanoTime;

    /** @param nanoTime as {@link System#nanoTime} */
    Refusals(MeterRegistry metrics, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        for (Kind kind : Kind.values()) {
            tallies.put(kind, new Tally(counter(kind, metrics), nanoTime.getAsLong()));
        }
    }

    /**
     * Takes note of one.
     *
     * @param who the token's name and role
     * @param workspace that was asked for, as it came; empty for none
     */
    void note(Kind kind, String who, String method, String workspace) {
        long hidden =
                Objects.requireNonNull(tallies.get(kind), "every kind has one").count(nanoTime.getAsLong());
        if (hidden > 0) {
            log.warn("refused for the {}: {} calls more", kind.text(), hidden);
        }
        if (hidden >= 0) {
            String asked = workspace.isEmpty() ? "" : " with workspace " + Shown.quoted(workspace);
            log.warn("refused for the {}: {} by {}{}", kind.text(), method, who, asked);
        }
    }

    private static Counter counter(Kind kind, MeterRegistry metrics) {
        return Counter.builder("latchkey.control.refused")
                .tag("reason", kind.text())
                .description("Calls refused for who made them")
                .register(metrics);
    }

    private static final class Tally {
        private final Counter counter;
        private long periodStart;
        private int shown;
        private long hidden;

        Tally(Counter counter, long now) {
            this.counter = counter;
            this.periodStart = now;
        }

        /** Counts one, and returns how many before it were not logged; -1 if it is not to be logged either. */
        synchronized long count(long now) {
            counter.increment();
            if (now - periodStart >= PERIOD_NANOS) {
                periodStart = now;
                shown = 0;
            }
            if (shown == SHOWN_PER_PERIOD) {
                hidden++;
                return -1;
            }
            shown++;
            long before = hidden;
            hidden = 0;
            return before;
        }
    }
}
