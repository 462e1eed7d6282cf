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
 * Reads the audit trail of a workspace, and shortens it; written it is by the ledger's changes alone. This class is thread-safe.
 */
public final class AuditTrail {
    /** So many Redis takes away at once; each command must leave it time for others. */
    private static final long TRIM_STEP = 1000;

    private final RedisCalls redis;
    private final LedgerNames names;

    public AuditTrail(RedisCalls redis, IndexSchema schema) {
        this.redis = redis;
        this.names = new LedgerNames(schema);
    }

    /**
     * Returns at most {@code count} entries, the newest first: those before {@code end} and not before {@code start}.
     *
     * @param end an entry's id, or empty for no bound
     * @param start epoch milliseconds
     */
    public List<AuditEntry> before(String workspace, String end, long start, int count) {
        Boundary<String> upper = end.isEmpty() ? Boundary.unbounded() : Boundary.excluding(end);
        Range<String> range = Range.from(Boundary.including(Long.toString(start)), upper);
        return redis.call(commands -> commands.xrevrange(names.audit(workspace), range, Limit.from(count))).stream()
                .map(message -> new AuditEntry(message.getId(), message.getBody()))
                .toList();
    }

    /**
     * Takes away entries from before {@code start} (epoch milliseconds), some at a time; false once there are none.
     */
    public boolean trim(String workspace, long start) {
        String id = Long.toString(start);
        XTrimArgs roughly = XTrimArgs.Builder.minId(id).approximateTrimming().limit(TRIM_STEP);
        if (redis.call(commands -> commands.xtrim(names.audit(workspace), roughly)) > 0) {
            return true;
        }
        // What is left is in one node of the stream, which is not long.
        XTrimArgs exactly = XTrimArgs.Builder.minId(id).exactTrimming();
        return redis.call(commands -> commands.xtrim(names.audit(workspace), exactly)) > 0;
    }
}
