package dev.latchkey.control.upkeep;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.LedgerNames;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Answer;
import dev.latchkey.control.redis.StoreException;
import io.lettuce.core.XTrimArgs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A limit on the length of each workspace's audit trail, so that one workspace cannot fill Redis for all. The oldest
 * entries are removed first. A background task applies the limit to recently changed workspaces, so no call waits for
 * it. A trail might exceed the limit by the entries that arrive between two passes and by one node of the stream.
 *
 * <p>This class is thread-safe, also among several control planes.
 */
public final class AuditLimit {
    private static final Logger log = LoggerFactory.getLogger(AuditLimit.class);
    /** The maximum number of entries that one command removes, so that Redis has time for other commands. */
    private static final long STEP = 10_000;

    private static final int WORKSPACES = 50;

    private final RedisCalls redis;
    private final Ledger ledger;
    private final LedgerNames names;
    private final XTrimArgs roughly;
    private final int most;
    private final Counter dropped;

    /** @param most the number of entries that a workspace keeps */
    public AuditLimit(RedisCalls redis, Ledger ledger, int most, MeterRegistry metrics) {
        this.redis = redis;
        this.ledger = ledger;
        this.names = ledger.names();
        this.most = most;
        this.roughly = XTrimArgs.Builder.maxlen(most).approximateTrimming().limit(STEP);
        this.dropped = Counter.builder("latchkey.audit.dropped")
                .description("Entries of audit trails that were taken away since the trail was full, before their time")
                .register(metrics);
    }

    /**
     * Shortens the audit trails of recently changed workspaces. Never throws. Returns whether there might be more to
     * remove in the next pass.
     */
    public boolean pass() {
        try {
            List<String> recent = ledger.recent();
            boolean more = false;
            for (int i = 0; i < recent.size(); i += WORKSPACES) {
                more |= shorten(recent.subList(i, Math.min(i + WORKSPACES, recent.size())));
            }
            return more;
        } catch (StoreException e) {
            log.debug("full audit trails are not shortened yet: {}", e.getMessage());
            return false;
        }
    }

    private boolean shorten(List<String> workspaces) {
        List<Answer<Long>> answers =
                redis.all(workspaces, workspace -> commands -> commands.xtrim(names.audit(workspace), roughly));
        boolean more = false;
        for (int i = 0; i < answers.size(); i++) {
            // A value that is not a stream must not hold up the other workspaces. The sweep reports it.
            if (answers.get(i) instanceof Answer.Given<Long> given) {
                more |= count(workspaces.get(i), given.value());
            }
        }
        return more;
    }

    /** As {@link #pass}, for one workspace, but throws {@link StoreException}. */
    boolean shorten(String workspace) {
        return count(workspace, redis.call(commands -> commands.xtrim(names.audit(workspace), roughly)));
    }

    private boolean count(String workspace, long gone) {
        if (gone > 0) {
            dropped.increment((double) gone);
            log.warn(
                    "the audit trail of {} is full: its {} oldest entries are taken away before audit.retention"
                            + " (expected: at most {} entries; raise audit.max-per-workspace, or find out who changes"
                            + " so much)",
                    workspace,
                    gone,
                    most);
        }
        return gone > 0;
    }
}
