package dev.latchkey.log;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log what is wrong when it begins, and when it is over. It may be told as often as somebody looks: what is known
 * already is not said again, nor what another part of the process has said of the same cause. Trouble that comes and goes, or
 * changes its form to and fro, is said every ten seconds at most; it is then said late rather than never, so that the last word
 * is right.
 *
 * <p>This class is thread-safe.
 */
public final class TroubleLog {
    private static final Logger log = LoggerFactory.getLogger(TroubleLog.class);
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final LongSupplier nanos;
    private final Map<String, String> said = new HashMap<>();
    private final Map<String, Long> saidAt = new HashMap<>();
    private final Set<String> working = new HashSet<>();

    /** @param nanos {@code System::nanoTime} */
    public TroubleLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Takes note that {@code part} does not work.
     *
     * @param trouble the cause, in words that are the same for every part that meets it
     */
    public synchronized void wrong(String part, String trouble) {
        if (!said.containsValue(trouble) && isNews(trouble)) {
            log.warn("{}", trouble);
            said.put(part, trouble);
        }
    }

    /** Takes note that {@code part} works; says {@code news} if the log has heard of the trouble. */
    public synchronized void right(String part, String news) {
        if (said.remove(part) != null) {
            log.info("{}", news);
        }
    }

    /** As {@link #right}, and says so as well when {@code part} works for the first time. */
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
