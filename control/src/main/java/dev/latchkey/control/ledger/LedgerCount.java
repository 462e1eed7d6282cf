package dev.latchkey.control.ledger;

import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.index.IndexSchema;
import java.util.List;

/**
 * A count of beats in the ledger, which witnesses that the ledger is still there: each control plane raises it every second. How far
 * it was is noted as well, under a name beside the index. A count below the one that is noted shows that the ledger alone was emptied
 * or replaced by an older one.
 *
 * <p>The note is written before the count is raised, and only names counts that were reached before; so a count below it cannot
 * come of several control planes at once. For one thread.
 */
public final class LedgerCount {
    /** Notes a count that was reached, unless a higher one is noted. Answers the noted one. */
    private static final String NOTE = """
            #!lua flags=allow-oom
            local kind = redis.call('TYPE', KEYS[1]).ok
            if kind ~= 'string' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
            local text = redis.call('GET', KEYS[1]) or ''
            local held = string.match(text, '^%d+$') and tonumber(text) or 0
            local named = math.max(held, tonumber(ARGV[1]))
            redis.call('SET', KEYS[1], string.format('%.0f', named))
            return named
            """;

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
    private final List<String> count;
    private final List<String> note;
    private long reached;

    public LedgerCount(RedisCalls redis, IndexSchema schema, History history) {
        this.redis = redis;
        this.history = history;
        this.count = List.of(new LedgerNames(schema).beats());
        this.note = List.of(schema.ledgerNote());
    }

    /** Notes the count, compares it with the ledger's, and raises it. */
    public void beat() {
        raise(redis.count(NOTE, note, Long.toString(reached)));
    }

    /** The count must have been {@code named} at least. */
    private void raise(long named) {
        long now = redis.count(RAISE, count, Long.toString(named));
        if (now > 0) {
            reached = now;
        } else {
            reached = named + 1;
            history.ledgerWentBack(named, -now);
        }
    }
}
