package dev.latchkey.control.api.gate;

import dev.latchkey.control.rules.MessageText;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the calls that were refused for who made them, and logs a {@link LogShare} of
 * each kind. No token and no key is logged.
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

    private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);

    /** @param nanoTime as {@link System#nanoTime} */
    Refusals(MeterRegistry metrics, LongSupplier nanoTime) {
        for (Kind kind : Kind.values()) {
            tallies.put(kind, new Tally(counter(kind, metrics), new LogShare(nanoTime)));
        }
    }

    /**
     * Takes note of one.
     *
     * @param who the token's name and role
     * @param workspace that was asked for, as it came; empty for none
     */
    void note(Kind kind, String who, String method, String workspace) {
        Tally tally = Objects.requireNonNull(tallies.get(kind), "every kind has one");
        tally.counter.increment();
        long hidden = tally.share.take();
        if (hidden > 0) {
            log.warn("refused for the {}: {} calls more", kind.text(), hidden);
        }
        if (hidden >= 0) {
            String asked = workspace.isEmpty() ? "" : " with workspace " + MessageText.quoted(workspace);
            log.warn("refused for the {}: {} by {}{}", kind.text(), method, who, asked);
        }
    }

    private static Counter counter(Kind kind, MeterRegistry metrics) {
        return Counter.builder("latchkey.control.refused")
                .tag("reason", kind.text())
                .description("Calls refused for who made them")
                .register(metrics);
    }

    private record Tally(Counter counter, LogShare share) {}
}
