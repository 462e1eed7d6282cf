package dev.latchkey.control.ledger;

import java.util.List;
import dev.latchkey.control.redis.RedisCalls;

/**
 * A count of beats in the ledger, which witnesses that the ledger is still there: each control plane raises it after it has
 * written the canary, and writes into the canary how far it was. The canary lies beside the index, so that a count below the one
 * that the canary names shows that the ledger alone was emptied or replaced by an older one.
 *
 * <p>The canary is read before the count is raised, and only names counts that were reached before; so a count below it cannot
 * come of several control planes at once. For one thread.
 */
public final class LedgerCount {
    /** Answers the new count; if it went back, the old one, 0 or less than 0, and the count is put right. */
    private static final String RAISE = """
            #!lua flags=allow-oom
            local kind = redis.call('TYPE', KEYS[1]).ok
            if kind ~= 'string' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
            local text = redis.call('GET', KEYS[1]) or ''
            local held = string.match(text, '^%d+$') and tonumber(text) or 0
            local named = tonumber(ARGV[1])
            redis.call('SET', KEYS[1], string.format('%.0f', math.max(held, named) + 1))
            return held < named and -held or held + 1
            """;

    private final RedisCalls redis;
    private final History history;
    private final String name;
    private long reached;

    public LedgerCount(RedisCalls redis, LedgerNames names, History history) {
        this.redis = redis;
        this.history = history;
        this.name = names.beats();
    }

    /** Returns a count that the ledger has reached, 0 if none is known; for the canary. */
    public long reached() {
        return reached;
    }

    /** Raises the count, which must have been {@code named} at least. */
    public void raise(long named) {
        long count = redis.count(RAISE, List.of(name), Long.toString(named));
        if (count > 0) {
            reached = count;
        } else {
            reached = named + 1;
            history.ledgerWentBack(named, -count);
        }
    }
}
