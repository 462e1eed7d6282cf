package dev.latchkey.control.ledger;

import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.index.IndexSchema;
import java.util.List;

/**
 * A counter in the ledger that shows whether the ledger is still there. Each control plane increments it every second,
 * and also notes the value that it has reached under a name beside the index. A counter below the noted value shows
 * that the ledger alone was emptied or replaced by an older copy.
 *
 * <p>The note is written before the counter is incremented, and only with values that the counter has reached. So
 * several control planes that run concurrently cannot bring the counter below the note. This class is for one thread.
 */
public final class LedgerCount {
    /** Reads the number that is stored; damage counts as 0. */
    private static final String HELD = """
            #!lua flags=allow-oom
            local kind = redis.call('TYPE', KEYS[1]).ok
            if kind ~= 'string' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
            local text = redis.call('GET', KEYS[1]) or ''
            local held = string.match(text, '^%d+$') and tonumber(text) or 0
            """;

    /** Notes a value that the counter has reached, unless a higher value is noted. Answers the noted value. */
    private static final String NOTE = HELD + """
            local named = math.max(held, tonumber(ARGV[1]))
            redis.call('SET', KEYS[1], string.format('%.0f', named))
            return named
            """;

    /**
     * Answers the new count. If the counter went back, answers the old count negated (0 or less) and sets the counter
     * above the noted value.
     */
    private static final String RAISE = HELD + """
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

    /** Notes the count, compares the note with the ledger's counter, and increments the counter. */
    public void beat() {
        raise(redis.count(NOTE, note, Long.toString(reached)));
    }

    /** Increments the counter, and reports a setback if the counter was below {@code named}. */
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
