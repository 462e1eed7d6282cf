package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.revocation.Enforcement;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.time.RedisClock;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The update of keys: renames a key, removes scopes from it, or gives it an earlier expiry. Each attempt starts from
 * the current record. Concurrent changes are therefore never lost, and a key that is revoked in between stays revoked.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too.
 */
final class KeyUpdate {
    private static final Logger log = LoggerFactory.getLogger(KeyUpdate.class);
    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final Projector projector;
    private final KeyDirectory directory;
    private final Enforcement enforcement;
    private final Clock clock;

    KeyUpdate(Ledger ledger, Projector projector, KeyDirectory directory, Enforcement enforcement, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.directory = directory;
        this.enforcement = enforcement;
        this.clock = clock;
    }

    /** Applies the change and returns the changed key. On return the index holds every change that reduces access. */
    KeyView update(Caller caller, KeyChange wanted) {
        long now = wanted.expiry().isPresent() ? RedisClock.millisForEnds(clock) : clock.millis();
        Violations violations = new Violations();
        KeyDirectory.check(wanted.key(), violations);
        if (!wanted.name().isEmpty()) {
            violations.name("name", wanted.name());
        }
        Optional<Long> end = wanted.expiry().map(expiry -> KeyRules.expiresAt(expiry, now, violations));
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        String workspace = directory.workspaceOf(wanted.key());
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Stored<ManagedKey> stored = directory.find(workspace, wanted.key().id());
            ManagedKey key = stored.entry();
            requireNarrowing(key, wanted, end);
            ManagedKey changed = key.changed(
                    wanted.name().isEmpty() ? key.name() : wanted.name(),
                    wanted.scopes(),
                    end.orElse(key.record().expiresAt()));
            if (changed.equals(key)) {
                return arrived(key, wanted);
            }
            if (ledger.replace(stored, changed, new Audit(caller, "key.update", "", clock.millis()))) {
                log.info("key.update {} of {} by {}", key.id(), workspace, caller.name());
                return arrived(changed, wanted);
            }
        }
        throw new RefusedException(
                Kind.CONFLICT,
                wanted.key().id() + " is being changed by others all the time, so it is not changed; repeat the call");
    }

    private void requireNarrowing(ManagedKey key, KeyChange wanted, Optional<Long> end) {
        if (!key.usable(clock.millis())) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    key.id() + " is " + (key.closed() ? "revoked" : "expired")
                            + ", so it is not changed; create a key instead");
        }
        Violations violations = new Violations();
        KeyRules.checkSubset(wanted.scopes(), key.record().scopes(), violations);
        wanted.expiry()
                .filter(expiry -> end.orElse(0L) > key.record().expiresAt())
                .ifPresent(expiry -> {
                    violations.add(
                            KeyRules.field(expiry),
                            KeyRules.text(expiry),
                            "an end not after the one that the key has, "
                                    + Instant.ofEpochMilli(key.record().expiresAt())
                                    + "; rotate the key for a longer life");
                });
        violations.throwIfAny();
    }

    /**
     * Writes the key to the index, even if the ledger already had the change: an earlier call might not have been able
     * to wait for the index.
     */
    private KeyView arrived(ManagedKey key, KeyChange wanted) {
        if (wanted.narrows()) {
            // A repeated lifetime would end after the stored expiry and be rejected, so name the absolute time.
            String again =
                    wanted.expiry().filter(Expiry.Lifetime.class::isInstance).isPresent()
                            ? "repeat the call with expire_time "
                                    + Instant.ofEpochMilli(key.record().expiresAt())
                            : "repeat the call";
            enforcement.enforceOrTell(key, Enforcement.Change.UPDATE, again + " to wait for it");
        } else {
            tellIndex(key);
        }
        return directory.view(key);
    }

    /**
     * Writes a renamed key to the index, best effort. The index does not hold names, only the revision of the record.
     */
    private void tellIndex(ManagedKey key) {
        try {
            projector.project(key);
        } catch (StoreException e) {
            log.debug("{} is left to the reconciler: {}", key.id(), e.getMessage());
        }
    }
}
