package dev.latchkey.control.audit;

import dev.latchkey.control.ledger.LedgerNames;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.index.IndexSchema;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.XTrimArgs;
import java.util.List;

/**
 * The stored audit trail of a workspace, for reading and trimming. Only the ledger package adds entries to an audit
 * trail. This class is thread-safe.
 */
public final class AuditTrail {
    /** The maximum number of entries that one command removes, so that Redis has time for other commands. */
    private static final long TRIM_STEP = 1000;

    private final RedisCalls redis;
    private final LedgerNames names;

    public AuditTrail(RedisCalls redis, IndexSchema schema) {
        this.redis = redis;
        this.names = new LedgerNames(schema);
    }

    /**
     * Returns at most {@code count} entries, newest first, that precede {@code end} and do not precede {@code start}.
     *
     * @param end the id of an entry, or empty for no bound
     * @param start epoch milliseconds
     */
    public List<AuditEntry> before(String workspace, String end, long start, int count) {
        Boundary<String> upper = end.isEmpty() ? Boundary.unbounded() : Boundary.excluding(end);
        Range<String> range = Range.from(Boundary.including(Long.toString(start)), upper);
        return redis.call(commands -> commands.xrevrange(names.audit(workspace), range, Limit.from(count))).stream()
                .map(message -> new AuditEntry(message.getId(), message.getBody()))
                .toList();
    }

    /** Removes some of the entries before {@code start} (epoch milliseconds). Returns false once there are none. */
    public boolean trim(String workspace, long start) {
        String id = Long.toString(start);
        XTrimArgs roughly = XTrimArgs.Builder.minId(id).approximateTrimming().limit(TRIM_STEP);
        if (redis.call(commands -> commands.xtrim(names.audit(workspace), roughly)) > 0) {
            return true;
        }
        // The remaining old entries lie in a single, short node of the stream.
        XTrimArgs exactly = XTrimArgs.Builder.minId(id).exactTrimming();
        return redis.call(commands -> commands.xtrim(names.audit(workspace), exactly)) > 0;
    }
}
