package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.idempotency.IdempotentCalls;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.revocation.Enforcement;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.time.RedisClock;
import dev.latchkey.key.KeyRecord;
import java.time.Clock;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rotation of keys: a new key replaces an old key without a moment in which neither works. The new key works before
 * the old key gets its expiry. One atomic step sets this expiry, links the two keys and confirms the new key. A crash
 * at any moment therefore leaves either the old key unchanged and a new key that is withdrawn, or both keys in their
 * final state, linked to each other.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too.
 */
final class KeyRotation {
    private static final Logger log = LoggerFactory.getLogger(KeyRotation.class);

    private final Ledger ledger;
    private final Projector projector;
    private final KeyDirectory directory;
    private final NewKeys newKeys;
    private final IdempotentCalls repeats;
    private final Enforcement enforcement;
    private final Clock clock;

    KeyRotation(
            Ledger ledger,
            Projector projector,
            KeyDirectory directory,
            NewKeys newKeys,
            IdempotentCalls repeats,
            Enforcement enforcement,
            Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.directory = directory;
        this.newKeys = newKeys;
        this.repeats = repeats;
        this.enforcement = enforcement;
        this.clock = clock;
    }

    /** A validated request. */
    private record Wanted(
            Caller caller,
            String workspace,
            String old,
            long now,
            long overlapEnd,
            Optional<Long> expiresAt,
            BooleanSupplier givenUp) {}

    /**
     * Rotates a key. If this method throws, the new key is withdrawn; the expiry of the old key might already be set.
     */
    RotatedKey rotate(Caller caller, Replacement asked, BooleanSupplier givenUp) {
        long now = endsLater(asked) ? RedisClock.millisForEnds(clock) : clock.millis();
        Violations violations = new Violations();
        KeyDirectory.check(asked.old(), violations);
        long overlapEnd = KeyRules.overlapEnd(asked.overlap(), now, violations);
        Optional<Long> expiresAt = asked.expiry().map(expiry -> KeyRules.expiresAt(expiry, now, violations));
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        String workspace = directory.workspaceOf(asked.old());
        // A sidecar uses its own clock or that of Redis, whichever is ahead. Without an overlap, the expiry must not be
        // later than the time of Redis, so that it has passed for every sidecar.
        long end = overlapEnd > now ? overlapEnd : Math.min(now, ledger.millis());
        Wanted wanted = new Wanted(caller, workspace, asked.old().id(), now, end, expiresAt, givenUp);
        return repeats.answer(
                new IdempotentCalls.Call(caller, workspace, asked.fingerprint()),
                new IdempotentCalls.Answers<>(
                        claim -> first(wanted, claim), successor -> again(wanted, successor), NewKeys::idTaken));
    }

    /**
     * Returns whether the request sets an expiry in the future, which needs a trusted clock. An overlap of 0 is meant
     * for a leaked key and takes effect at once, even if the clocks cannot be trusted.
     */
    private static boolean endsLater(Replacement asked) {
        return asked.expiry().filter(expiry -> expiry != Expiry.Never.NEVER).isPresent()
                || asked.overlap()
                        .map(overlap -> overlap.seconds() != 0 || overlap.nanos() != 0)
                        .orElse(true);
    }

    private Optional<RotatedKey> first(Wanted wanted, Optional<Claim> claim) {
        Stored<ManagedKey> found = rotatable(wanted.workspace, wanted.old, wanted.now);
        ManagedKey old = found.entry();
        KeyRules.Terms terms = new KeyRules.Terms(
                old.record().environment(),
                old.record().scopes(),
                wanted.expiresAt.orElseGet(() -> sameLife(old, wanted.now)));
        NewKeys.Plan plan = new NewKeys.Plan(wanted.workspace, old.name(), terms, Optional.of(old));
        return newKeys.make(wanted.caller, plan, claim, wanted.now).map(created -> kept(wanted, found, created));
    }

    private RotatedKey kept(Wanted wanted, Stored<ManagedKey> old, CreatedKey created) {
        ManagedKey successor = created.view().key();
        RotatedKey rotated = newKeys.keep(successor, () -> {
            if (!projector.show(successor)) {
                return Optional.empty();
            }
            if (wanted.givenUp.getAsBoolean()) {
                throw NewKeys.givenUp();
            }
            return Optional.of(new RotatedKey(created, ended(succeed(wanted, old, successor))));
        });
        log.info("key.rotate {} of {} to {} by {}", wanted.old, wanted.workspace, successor.id(), wanted.caller.name());
        return rotated;
    }

    private Optional<RotatedKey> again(Wanted wanted, String id) {
        return repeats.keptKey(wanted.workspace, id)
                .map(successor -> new RotatedKey(
                        CreatedKey.repeated(directory.doubted(successor, wanted.caller, wanted.now)),
                        ended(directory.find(wanted.workspace, wanted.old).entry())));
    }

    /** Writes the expiry of the old key to the index before the response: an overlap of 0 is meant for a leaked key. */
    private KeyView ended(ManagedKey old) {
        enforcement.enforce(old, Enforcement.Change.END);
        return directory.view(old);
    }

    /**
     * Returns the old key after the atomic step. If the old key has changed since the successor was copied from it, for
     * example by a removed scope or a revocation, the step fails, so that the successor does not undo the change.
     */
    private ManagedKey succeed(Wanted wanted, Stored<ManagedKey> old, ManagedKey successor) {
        long now = clock.millis();
        ManagedKey ended = old.entry().succeededBy(successor.id(), wanted.overlapEnd);
        if (!ledger.succeed(old, ended, successor, new Audit(wanted.caller, "key.rotate", "", now))) {
            // If the old key can no longer be rotated at all, this call throws the exact reason.
            var unused = rotatable(wanted.workspace, wanted.old, now);
            throw new RefusedException(
                    Kind.CONFLICT, wanted.old + " is being changed by others, so it is not rotated; repeat the call");
        }
        return ended;
    }

    /** Returns the key {@code id} if it can be given a successor. */
    private Stored<ManagedKey> rotatable(String workspace, String id, long now) {
        Stored<ManagedKey> stored = directory.find(workspace, id);
        ManagedKey key = stored.entry();
        if (!key.usable(now)) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    id + " is " + (key.closed() ? "revoked" : "expired")
                            + ", so it is not rotated; create a key instead");
        }
        // A successor that has expired or is revoked serves no caller and cannot be rotated itself, so it does not
        // block a rotation.
        successor(key).filter(successor -> successor.usable(now)).ifPresent(successor -> {
            throw new RefusedException(
                    Kind.CONFLICT,
                    id + " has a successor, " + successor.id() + "; rotate that one, or revoke it if nobody has it");
        });
        return stored;
    }

    private Optional<ManagedKey> successor(ManagedKey key) {
        String id = key.links().successor();
        return id.isEmpty()
                ? Optional.empty()
                : ledger.findKey(key.workspace(), id).map(Stored::entry);
    }

    /**
     * Returns the expiry of a key that is created now with the lifetime that the old key had before its first rotation.
     */
    private long sameLife(ManagedKey old, long now) {
        // An earlier rotation shortened the life of a key with a successor; the successor has the full length.
        ManagedKey model = successor(old).orElse(old);
        long end = model.record().expiresAt();
        return end == KeyRecord.NEVER
                ? KeyRecord.NEVER
                : Math.min(KeyRules.LAST_MILLI, now + (end - model.createdAt()));
    }
}
