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
 * The announcements of the control plane to the sidecars: the canary, a sign of life every second, and the check values
 * of the peppers. A pepper version that is published with another value belongs to another pepper; the published value
 * is never overwritten.
 *
 * <p>{@link #beat} must be called by one thread at a time; the rest is thread-safe.
 */
public final class Announcements {
    private static final Logger log = LoggerFactory.getLogger(Announcements.class);
    private static final int BEATS_PER_PEPPER_CHECK = 10;

    // The time is Redis' own, because readers measure against it. The script also runs above the memory limit, because
    // a full Redis does not mean a dead control plane.
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

    /** @param history receives the number of each canary, and any setback of the ledger */
    public Announcements(RedisCalls redis, IndexSchema schema, Peppers peppers, History history) {
        this.history = history;
        this.redis = redis;
        this.schema = schema;
        this.ledger = new LedgerCount(redis, schema, history);
        this.peppers = peppers;
    }

    /** Writes the canary and checks the peppers from time to time. Never throws. Returns whether all is well. */
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

    /** Returns the current problem, for people; empty if there is none. Contains no secret. */
    public Optional<String> problem() {
        return problem;
    }

    /**
     * Publishes the newest pepper unless it is published already. Returns why no key can be created under it, because
     * sidecars would not recognise the key; empty if keys can be created.
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

    /**
     * Logs the loss of a check value that was published before. Nothing deletes check values, so keys and ledger are
     * gone as well, and every key is denied from now on.
     */
    private void reportLoss(int version) {
        if (known.remove(version)) {
            log.error(
                    "Redis has lost its contents: pepper version {} was announced there and is no more, and keys and"
                            + " workspaces made before are gone as well; restore its data, and run it with"
                            + " appendonly yes",
                    version);
        }
    }

    private void report(Optional<String> now) {
        problem = now;
        redis.log("announcements", now, "the canary is written, the peppers are known");
    }
}
