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
 * The metrics and the log of calls that were refused because of their caller. Every refusal is counted; the log of each
 * kind is limited by a {@link LogShare}. No token and no key is logged.
 *
 * <p>This class is thread-safe.
 */
final class Refusals {
    /** The reason why a call was refused. */
    enum Kind {
        /** The call carried no known admin token. */
        TOKEN,
        /** The role of the token does not permit the call. */
        ROLE,
        /** The token is for another workspace. */
        WORKSPACE;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);

    /** @param nanoTime a clock like {@link System#nanoTime} */
    Refusals(MeterRegistry metrics, LongSupplier nanoTime) {
        for (Kind kind : Kind.values()) {
            tallies.put(kind, new Tally(counter(kind, metrics), new LogShare(nanoTime)));
        }
    }

    /**
     * Counts one refusal and logs it, within the limit of its kind.
     *
     * @param who the name and the role of the token
     * @param workspace the requested workspace, as received; empty if none was requested
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
