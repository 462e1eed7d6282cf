package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Caller;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.StoreException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A detector of setbacks in the history of Redis: Redis was restored from an older dump, restarted without its last
 * writes, or emptied. Each canary has a higher number than the canary before, so a lower or equal number shows a
 * setback. A setback of the ledger alone shows in the {@link LedgerCount}. The lost writes might include a revocation;
 * nobody can tell.
 *
 * <p>Redis holds the last setback under {@code latchkey:ledger:setback}. {@link #note} writes one entry {@code
 * history.setback} into the audit trail of each remaining workspace, so that the setback is on record whichever control
 * plane noticed it.
 *
 * <p>{@link #seen} and {@link #ledgerWentBack} must be called by one thread, and {@link #note} by one thread, which may
 * be another. The rest is thread-safe.
 */
public final class History {
    public static final String ACTION = "history.setback";

    private static final Logger log = LoggerFactory.getLogger(History.class);
    private static final String LEDGER = "ledger";
    private static final Duration SHOWN = Duration.ofDays(1);
    private static final int PAGE = 100;

    /**
     * Several control planes notice the same setback, so at most one mark a minute is kept. Answers the current mark.
     */
    private static final String MARK = """
            #!lua flags=allow-oom
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local known = redis.call('GET', KEYS[1])
            local at = known and tonumber(string.match(known, '^(%d+) '))
            if at and at <= now and now - at < 60000 then return known end
            local mark = string.format('%.0f', now) .. ' ' .. table.concat(ARGV, ' ')
            redis.call('SET', KEYS[1], mark)
            return mark
            """;

    /** Answers 1 if this call wrote the entry, else 0. */
    private static final String NOTE = """
            #!lua flags=allow-oom
            local audit, noted, records = KEYS[1], KEYS[2], KEYS[3]
            if redis.call('GET', noted) == ARGV[1] or redis.call('HGET', records, '.') == false then return 0 end
            redis.call('XADD', audit, '*', unpack(ARGV, 2))
            redis.call('SET', noted, ARGV[1])
            return 1
            """;

    private final RedisCalls redis;
    private final Ledger ledger;
    private final LongSupplier redisMillis;
    private final Counter setbacks;
    private long last;
    private boolean wentBack;
    private String cursor = "";
    private volatile Optional<Setback> setback = Optional.empty();
    private Optional<Setback> noted = Optional.empty();

    /**
     * A number that is not higher than the number before it.
     *
     * @param ledger whether the number is the ledger's count; otherwise it is the canary's number
     */
    private record Setback(long at, String from, String to, boolean ledger) {

        String mark() {
            return at + " " + from + " " + to + (ledger ? " " + LEDGER : "");
        }

        String text() {
            String when = Instant.ofEpochMilli(at).toString();
            return ledger
                    ? "the ledger in Redis went back at " + when + " (count " + to + " after " + from
                            + ") and the index did not: workspaces and keys may be missing in the ledger that the index"
                            + " still lets through, and audit trails may be gone; restore the ledger, or revoke"
                            + " all keys of each workspace that is made again"
                    : "Redis' history went back at " + when + " (canary " + to + " after " + from
                            + "): the changes of about as many seconds are lost, revokes included; compare the"
                            + " audit trail and the logs of before, and repeat what is missing";
        }
    }

    /** @param redisMillis the time of Redis, epoch milliseconds */
    public History(RedisCalls redis, Ledger ledger, LongSupplier redisMillis, MeterRegistry metrics) {
        this.redis = redis;
        this.ledger = ledger;
        this.redisMillis = redisMillis;
        this.setbacks = Counter.builder("latchkey.history.setbacks")
                .description("Times that Redis' history was seen to go back")
                .register(metrics);
    }

    /** Records the number of a canary that was just written. */
    public void seen(long seq) {
        long before = last;
        last = seq;
        wentBack = seq <= before;
        if (wentBack) {
            log.error("Redis' history went back: canary {} after {}", seq, before);
            mark(List.of(Long.toString(before), Long.toString(seq)));
        }
    }

    /**
     * Records that a {@link LedgerCount} is lower than before. Reports nothing if the canary went back as well, because
     * that setback is reported already.
     */
    void ledgerWentBack(long from, long to) {
        if (!wentBack) {
            log.error("the ledger in Redis went back: count {} after {}", to, from);
            mark(List.of(Long.toString(from), Long.toString(to), LEDGER));
        }
    }

    private void mark(List<String> words) {
        setbacks.increment();
        setback = parse(redis.<String>call(
                new RedisCalls.Script(MARK, List.of(ledger.names().setback()), words)::answer));
    }

    /**
     * Writes the last setback into the audit trails of the next page of workspaces. Returns whether there are more.
     * Never throws. Each workspace gets one entry, even if several control planes call this method concurrently.
     */
    public boolean note() {
        try {
            if (cursor.isEmpty()) {
                setback = parse(redis.<@Nullable String>call(
                        commands -> commands.get(ledger.names().setback())));
                if (setback.isEmpty() || setback.equals(noted)) {
                    return false;
                }
            }
            return note(setback.orElseThrow());
        } catch (StoreException e) {
            log.debug("the setback is not noted yet: {}", e.getMessage());
            return false;
        }
    }

    private boolean note(Setback now) {
        List<String> page = ledger.workspacesAfter(cursor, PAGE);
        redis.all(page, workspace -> script(workspace, now)).forEach(RedisCalls.Answer::orThrow);
        if (page.size() < PAGE) {
            cursor = "";
            noted = Optional.of(now);
            return false;
        }
        cursor = page.get(page.size() - 1);
        return true;
    }

    private Function<RedisAsyncCommands<String, String>, RedisFuture<Long>> script(String workspace, Setback now) {
        LedgerNames names = ledger.names();
        List<String> fields = List.of(
                now.mark(),
                "at",
                Long.toString(now.at()),
                "actor",
                Caller.SELF.name(),
                "action",
                ACTION,
                "reason",
                now.text());
        return new RedisCalls.Script(
                        NOTE,
                        List.of(names.audit(workspace), names.setbackNoted(workspace), names.records(workspace)),
                        fields)::number;
    }

    /** Returns a message about the last setback, for people; empty if there is none or it is more than a day old. */
    public Optional<String> detail() {
        return setback.filter(known -> {
                    try {
                        // Without the time of Redis, the age is unknown; the setback is then still shown.
                        return redisMillis.getAsLong() - known.at() < SHOWN.toMillis();
                    } catch (RuntimeException e) {
                        return true;
                    }
                })
                .map(Setback::text);
    }

    private static Optional<Setback> parse(@Nullable String mark) {
        String[] words = mark == null ? new String[0] : mark.split(" ", -1);
        try {
            boolean ledger = words.length == 4 && words[3].equals(LEDGER);
            return words.length == 3 || ledger
                    ? Optional.of(new Setback(Long.parseLong(words[0]), words[1], words[2], ledger))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
