package dev.latchkey.control.index;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.redis.StoreException.Fault;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Peppers;
import io.lettuce.core.SetArgs;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A check, made once Redis is reached, whether this control plane may work on the stored data: the data must have this
 * schema version, and no pepper must be missing under which active keys were created. Such keys would stop working once
 * the same list of peppers reached the sidecars, and nobody who holds only the secret could find them.
 *
 * <p>A pepper that is missing and not needed is noted as retired, and sidecars no longer ask for it. {@link #pass} must
 * be called by one thread at a time; the rest is thread-safe.
 */
public final class StoreCheck {
    private static final Logger log = LoggerFactory.getLogger(StoreCheck.class);
    private static final String SCHEMA_VERSION = "1";
    private static final int PAGE = 500;

    private final RedisCalls redis;
    private final IndexSchema schema;
    private final Ledger ledger;
    private final Peppers peppers;
    private final Set<Integer> abandoned;
    private final Clock clock;
    private final CompletableFuture<String> refusal = new CompletableFuture<>();
    private volatile Optional<String> problem = Optional.of("what is stored is not checked yet");

    /** @param abandoned versions of peppers that need not be present, whatever is lost by that */
    public StoreCheck(
            RedisCalls redis, IndexSchema schema, Ledger ledger, Peppers peppers, Set<Integer> abandoned, Clock clock) {
        this.redis = redis;
        this.schema = schema;
        this.ledger = ledger;
        this.peppers = peppers;
        this.abandoned = Set.copyOf(abandoned);
        this.clock = clock;
    }

    /**
     * Checks everything until it is found right; after that, only the schema version, which another version of Latchkey
     * might have changed. Never throws. False means that the check could not be made and must be repeated.
     */
    public boolean pass() {
        if (refusal.isDone()) {
            return true;
        }
        if (problem.isEmpty()) {
            return checkSchemaAgain();
        }
        try {
            Optional<String> found = check();
            problem = found;
            found.ifPresent(refusal::complete);
            return true;
        } catch (StoreException e) {
            problem = Optional.of(redis.reason(e));
            return false;
        }
    }

    /** Returns what keeps the control plane from its work, for people; empty once everything was found right. */
    public Optional<String> problem() {
        return problem;
    }

    /** Returns a future that completes with the reason if this control plane must not run. */
    public CompletableFuture<String> refusal() {
        return refusal;
    }

    private boolean checkSchemaAgain() {
        try {
            checkSchema().ifPresent(other -> {
                problem = Optional.of(other);
                refusal.complete(other);
            });
            return true;
        } catch (StoreException e) {
            // The link reports that Redis is unreachable. An earlier positive result stays valid.
            return false;
        }
    }

    private Optional<String> check() {
        Optional<String> otherSchema = checkSchema();
        if (otherSchema.isPresent()) {
            return otherSchema;
        }
        // A pepper that is configured is in use again, even if it was retired before.
        peppers.versions().forEach(version -> redis.call(commands -> commands.del(schema.pepperRetired(version))));
        return IntStream.rangeClosed(1, Peppers.MAX_VERSION)
                .filter(version -> !peppers.versions().contains(version))
                .filter(this::isWanted)
                .mapToObj(this::retire)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> checkSchema() {
        redis.<@Nullable String>call(
                commands -> commands.set(schema.schemaVersion(), SCHEMA_VERSION, SetArgs.Builder.nx()));
        String stored = redis.<@Nullable String>call(commands -> commands.get(schema.schemaVersion()));
        return SCHEMA_VERSION.equals(stored)
                ? Optional.empty()
                : Optional.of("what is stored in Redis is of schema version " + stored + " (expected: " + SCHEMA_VERSION
                        + "): upgrade this control plane, or give it a Redis or a redis.prefix of its own");
    }

    /** Returns whether the pepper was in use and is not retired. */
    private boolean isWanted(int version) {
        return redis.call(commands -> commands.exists(schema.pepperCheck(version))) > 0
                && redis.call(commands -> commands.exists(schema.pepperRetired(version))) == 0;
    }

    /** Marks a missing pepper as retired, or returns why it is still needed. */
    private Optional<String> retire(int version) {
        Optional<String> needed = abandoned.contains(version) ? Optional.empty() : user(version);
        if (needed.isPresent()) {
            return Optional.of(
                    "pepper version " + version + " is missing (expected: in keys.peppers, after the newer ones,"
                            + " since " + needed.get() + "; to let all keys under it stop working, give"
                            + " keys.abandoned-peppers: " + version + ")");
        }
        redis.call(commands -> commands.set(schema.pepperRetired(version), "1"));
        log.info("pepper version {} is retired: no sidecar needs it any more", version);
        return Optional.empty();
    }

    /** Returns who needs the pepper: an active key, or a record that cannot be read. */
    private Optional<String> user(int version) {
        long now = clock.millis();
        try {
            for (String workspace = first(""); workspace != null; workspace = first(workspace)) {
                String last = "";
                List<ManagedKey> page;
                do {
                    page = ledger.keysAfter(workspace, last, PAGE);
                    for (ManagedKey key : page) {
                        if (key.digest().pepperVersion() == version && key.usable(now)) {
                            return Optional.of(
                                    "active keys were made under it, such as " + key.id() + " of " + workspace);
                        }
                        last = key.id();
                    }
                } while (page.size() == PAGE);
            }
            return Optional.empty();
        } catch (StoreException e) {
            if (e.fault() != Fault.BAD_RECORD) {
                throw e;
            }
            return Optional.of("it is not known whether keys need it: " + e.getMessage());
        }
    }

    private @Nullable String first(String after) {
        List<String> next = ledger.workspacesAfter(after, 1);
        return next.isEmpty() ? null : next.get(0);
    }
}
