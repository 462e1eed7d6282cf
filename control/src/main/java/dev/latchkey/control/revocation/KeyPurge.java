package dev.latchkey.control.revocation;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.upkeep.Retention;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The removal of ended keys before their retention has passed. Each removal is a change of its own. A call works for a
 * limited time; a repeated call continues with the remaining keys. The audit trail keeps the history of removed keys,
 * and their secrets cannot be imported again until the retention has passed.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too.
 */
public final class KeyPurge {
    /** The time limit of one call. It is short because callers give up after ten seconds. */
    static final Duration TURN = Duration.ofSeconds(3);

    private static final Duration DEFAULT_AGE = Duration.ofDays(30);
    private static final int CHUNK = 200;

    private final Ledger ledger;
    private final KeyDirectory directory;
    private final Retention retention;
    private final Clock clock;

    public KeyPurge(Ledger ledger, Retention retention, Clock clock) {
        this.ledger = ledger;
        this.directory = new KeyDirectory(ledger, clock);
        this.retention = retention;
        this.clock = clock;
    }

    /**
     * Purges ended keys of {@code workspace} until none is left or the time is up, and at least one.
     *
     * @param olderThan how long ago a key must have ended; empty for thirty days
     * @throws RefusedException if the purge stops early; the message says how many keys are purged
     */
    public PurgedKeys purge(Caller caller, String workspace, Optional<Expiry.Lifetime> olderThan, String reason) {
        Violations violations = new Violations();
        violations.workspace("workspace", workspace);
        Duration age = olderThan.map(given -> age(given, violations)).orElse(DEFAULT_AGE);
        violations.reason("reason", reason);
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        var unused = directory.requireWorkspace(workspace);
        Turn turn = new Turn(caller, workspace, age, reason.isEmpty() ? "purged" : reason);
        try {
            return turn.take();
        } catch (StoreException e) {
            throw new RefusedException(
                    Kind.UNAVAILABLE,
                    "this call has purged " + turn.purged + " keys of " + workspace
                            + "; repeat the call to go on with the others. Cause: " + e.trouble());
        }
    }

    private Duration age(Expiry.Lifetime given, Violations violations) {
        if (given.seconds() == 0 && given.nanos() == 0) {
            return Duration.ZERO;
        }
        long now = clock.millis();
        return Duration.ofMillis(KeyRules.endOf("older_than", "0s or at least", given, now, violations) - now);
    }

    /** The state of one call. This class is not thread-safe. */
    private final class Turn {
        private final Caller caller;
        private final String workspace;
        private final Duration age;
        private final String reason;
        private final long end = clock.millis() + TURN.toMillis();
        private int purged;

        Turn(Caller caller, String workspace, Duration age, String reason) {
            this.caller = caller;
            this.workspace = workspace;
            this.age = age;
            this.reason = reason;
        }

        PurgedKeys take() {
            String last = "";
            List<String> ids;
            do {
                long now = retention.now();
                ids = ledger.keyIdsAfter(workspace, last, CHUNK);
                for (Stored<ManagedKey> key : ledger.storedKeys(workspace, ids)) {
                    if (retention.isEnded(key.entry(), age, now)) {
                        // At least one key per call, so that repeated calls always make progress.
                        if (purged > 0 && clock.millis() >= end) {
                            return new PurgedKeys(purged, false);
                        }
                        purged += retention.purge(key, new Audit(caller, "key.remove", reason, now)) ? 1 : 0;
                    }
                }
                last = ids.isEmpty() ? last : ids.get(ids.size() - 1);
            } while (ids.size() == CHUNK);
            return new PurgedKeys(purged, true);
        }
    }
}
