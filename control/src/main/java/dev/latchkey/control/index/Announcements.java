package dev.latchkey.control.index;

import dev.latchkey.control.ledger.History;
import dev.latchkey.control.ledger.LedgerCount;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Peppers;
import io.lettuce.core.SetArgs;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the control plane tells the sidecars: every second that it lives (the canary), and by which values they can check their
 * peppers. A pepper version that is published with another value belongs to another pepper: it is never overwritten.
 *
 * <p>{@link #beat} is for one thread; the rest is thread-safe.
 */
public final class Announcements {
    private static final Logger log = LoggerFactory.getLogger(Announcements.class);
    private static final int BEATS_PER_PEPPER_CHECK = 10;

    // By Redis' clock, by which its readers measure it; and above the memory limit, since a full Redis is no dead
    // control plane.
    private static final String CANARY = """
            #!lua flags=allow-oom
            local time = redis.call('TIME')
            local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
            redis.call('HSET', KEYS[1], 'at', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
            return seq
            """;

    private final RedisCalls redis;
    private final IndexSchema schema;
    private final Peppers peppers;
    private final History history;
    private final LedgerCount ledger;
    private volatile Optional<String> problem = Optional.of("nothing announced yet");
    private final Set<Integer> known = ConcurrentHashMap.newKeySet();
    private int beats;

    /** @param history is told the number of each canary, and of a ledger that went back */
    public Announcements(RedisCalls redis, IndexSchema schema, Peppers peppers, History history) {
        this.history = history;
        this.redis = redis;
        this.schema = schema;
        this.ledger = new LedgerCount(redis, schema, history);
        this.peppers = peppers;
    }

    /** Writes the canary, and now and then sees to the peppers. Never throws; false means that something is wrong. */
    public boolean beat() {
        try {
            history.seen(redis.count(CANARY, List.of(schema.canary())));
            ledger.beat();
            if (problem.isPresent() || beats++ % BEATS_PER_PEPPER_CHECK == 0) {
                report(publishPeppers());
            }
        } catch (StoreException e) {
            report(Optional.of(redis.reason(e)));
        } catch (RuntimeException e) {
            log.error("announcing failed", e);
            report(Optional.of("announcing failed, see the log"));
        }
        return problem.isEmpty();
    }

    /** Returns what is wrong, for people; empty if nothing is. Holds no secret. */
    public Optional<String> problem() {
        return problem;
    }

    /**
     * Publishes the newest pepper if nobody has; returns why no key can be made under it, if none can: sidecars would not
     * recognise it.
     */
    public Optional<String> newestPepperProblem() {
        int newest = peppers.versions().get(0);
        return publish(newest).or(() -> retired(newest));
    }

    private Optional<String> retired(int version) {
        return redis.call(commands -> commands.exists(schema.pepperRetired(version))) == 0
                ? Optional.empty()
                : Optional.of("pepper version " + version + " was retired by another control plane (expected: the same"
                        + " keys.peppers in all of them)");
    }

    private Optional<String> publishPeppers() {
        return peppers.versions().stream()
                .map(this::publish)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> publish(int version) {
        String name = schema.pepperCheck(version);
        String check = peppers.check(version);
        String published = redis.<@Nullable String>call(commands -> commands.get(name));
        if (published == null) {
            reportLoss(version);
            redis.<@Nullable String>call(commands -> commands.set(name, check, SetArgs.Builder.nx()));
            published = redis.<@Nullable String>call(commands -> commands.get(name));
        }
        if (check.equals(published)) {
            known.add(version);
            return Optional.empty();
        }
        return Optional.of("pepper version " + version + " is not the one in use (expected: the pepper that was first"
                + " used as version " + version + ", or a new pepper under a version never used)");
    }

    /** Nobody deletes it: then keys and ledger are gone as well, and every key is denied from now on. */
    private void reportLoss(int version) {
        if (known.remove(version)) {
            log.error(
                    "Redis has lost its contents: pepper version {} was announced there and is no more, and keys and"
                            + " workspaces made before are gone as well; restore its data, and run it with appendonly yes",
                    version);
        }
    }

    private void report(Optional<String> now) {
        problem = now;
        redis.log("announcements", now, "the canary is written, the peppers are known");
    }
}
