package dev.latchkey.log;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of problems that writes one line when a problem begins and one when it ends. Callers report the present state
 * as often as they check it: a known problem is not logged again, nor is a problem that another part of the process has
 * already logged with the same text. A problem that comes and goes, or alternates between several texts, is logged at
 * most every ten seconds for each text. A line that falls into this period is not lost: the next report after it is
 * logged, so that the last line about a part is right.
 *
 * <p>This class is thread-safe.
 */
public final class TroubleLog {
    private static final Logger log = LoggerFactory.getLogger(TroubleLog.class);
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final LongSupplier nanos;
    /** The problem of each part that was logged and has not ended. */
    private final Map<String, String> said = new HashMap<>();
    /** When each problem was last logged, for the last ten seconds. */
    private final Map<String, Long> saidAt = new HashMap<>();
    /** The parts that have worked at least once. */
    private final Set<String> working = new HashSet<>();

    /** @param nanos {@code System::nanoTime} */
    public TroubleLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Reports that {@code part} does not work.
     *
     * @param trouble the cause; every part that is affected must report it with the same text
     */
    public synchronized void wrong(String part, String trouble) {
        if (!said.containsValue(trouble) && isNews(trouble)) {
            log.warn("{}", trouble);
            said.put(part, trouble);
        }
    }

    /** Reports that {@code part} works, and logs {@code news} if a problem of this part was logged. */
    public synchronized void right(String part, String news) {
        if (said.remove(part) != null) {
            log.info("{}", news);
        }
    }

    /** Reports that {@code part} works, as {@link #right}, and also logs {@code news} the first time. */
    public synchronized void works(String part, String news) {
        if (working.add(part)) {
            said.remove(part);
            log.info("{}", news);
        } else {
            right(part, news);
        }
    }

    private boolean isNews(String trouble) {
        long now = nanos.getAsLong();
        saidAt.values().removeIf(at -> now - at >= QUIET_NANOS);
        return saidAt.putIfAbsent(trouble, now) == null;
    }
}
