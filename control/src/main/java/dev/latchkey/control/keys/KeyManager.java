package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.idempotency.IdempotentCalls;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.revocation.Enforcement;
import dev.latchkey.control.revocation.MassRevocation;
import dev.latchkey.control.revocation.Revocation;
import dev.latchkey.control.revocation.RevokedKeys;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.time.RedisClock;
import dev.latchkey.control.workspaces.Generations;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The entry point for operations on keys: create, rotate, read, update and revoke. Every method validates the complete
 * request before it reads stored data, and blocks while it talks to Redis. It either returns or throws {@link
 * RefusedException} or {@link StoreException}, whose messages are meant for the caller.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too.
 */
public final class KeyManager {
    private final Projector projector;
    private final KeyDirectory directory;
    private final NewKeys newKeys;
    private final KeyRotation rotation;
    private final KeyUpdate update;
    private final Revocation revocation;
    private final MassRevocation massRevocation;
    private final IdempotentCalls repeats;
    private final KeyRules rules;
    private final Clock clock;

    /** @param catalogue the scopes that a key can have */
    public KeyManager(Ledger ledger, Projector projector, Mint mint, Collection<String> catalogue, Clock clock) {
        this.projector = projector;
        this.directory = new KeyDirectory(ledger, clock);
        this.newKeys = new NewKeys(ledger, directory, projector.handover(), mint);
        this.repeats = new IdempotentCalls(ledger);
        Enforcement enforcement = new Enforcement(ledger, projector);
        this.rotation = new KeyRotation(ledger, projector, directory, newKeys, repeats, enforcement, clock);
        this.update = new KeyUpdate(ledger, projector, directory, enforcement, clock);
        this.revocation = new Revocation(ledger, directory, enforcement, clock);
        this.massRevocation = new MassRevocation(
                ledger, projector, directory, revocation, new Generations(ledger, projector, clock), clock);
        this.rules = new KeyRules(catalogue);
        this.clock = clock;
    }

    /** Creates a key as {@link #create(Caller, NewKey, BooleanSupplier)} does, for a caller that never gives up. */
    public CreatedKey create(Caller caller, NewKey wanted) {
        return create(caller, wanted, () -> false);
    }

    /**
     * Creates a key, or returns the key that the first call created if this call is a repeat. If this method throws,
     * the secret is lost, so the key is withdrawn: at once, or as soon as Redis allows it. The message says which.
     *
     * <p>After the response has been written, the caller of this method must call {@link #answered}. If the response
     * cannot be written, it must call {@link #unanswered} instead.
     *
     * @param givenUp returns whether nobody waits for the secret any longer
     */
    public CreatedKey create(Caller caller, NewKey wanted, BooleanSupplier givenUp) {
        long now = wanted.expiry() == Expiry.Never.NEVER ? clock.millis() : RedisClock.millisForEnds(clock);
        Violations violations = new Violations();
        violations.requestId(caller.requestId());
        KeyRules.Terms terms = rules.check(wanted, now, violations);
        NewKeys.Plan plan = new NewKeys.Plan(wanted.workspace(), wanted.name(), terms, Optional.empty());
        return repeats.answer(
                new IdempotentCalls.Call(caller, wanted.workspace(), wanted.fingerprint()),
                new IdempotentCalls.Answers<>(
                        claim -> newKeys.make(caller, plan, claim, now).map(unseen -> confirmed(unseen, givenUp)),
                        id -> repeats.keptKey(plan.workspace(), id)
                                .map(key -> directory.doubted(key, caller, now))
                                .map(CreatedKey::repeated),
                        NewKeys::idTaken));
    }

    /**
     * Replaces an active key by a new key. The old key remains valid until the overlap ends. If this method throws, the
     * new key is withdrawn as in {@link #create}. The expiry of the old key might already be set; the old key can then
     * be rotated again. A repeated call creates no key. The caller must report the outcome of the response with {@link
     * #answered} or {@link #unanswered}.
     */
    public RotatedKey rotate(Caller caller, Replacement wanted) {
        return rotate(caller, wanted, () -> false);
    }

    /**
     * Rotates a key as {@link #rotate(Caller, Replacement)} does.
     *
     * @param givenUp returns whether nobody waits for the secret any longer
     */
    public RotatedKey rotate(Caller caller, Replacement wanted, BooleanSupplier givenUp) {
        return rotation.rotate(caller, wanted, givenUp);
    }

    public KeyView get(KeyName name) {
        Violations violations = new Violations();
        KeyDirectory.check(name, violations);
        violations.throwIfAny();
        ManagedKey key = directory.find(directory.workspaceOf(name), name.id()).entry();
        return directory.view(key);
    }

    /**
     * Revokes a key permanently. On return the index holds the revocation, whichever call made it. A repeated call
     * therefore waits for an index write that an earlier call could not wait for.
     */
    public KeyView revoke(Caller caller, KeyName name, String reason) {
        Violations violations = new Violations();
        KeyDirectory.check(name, violations);
        violations.reason("reason", reason);
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        Stored<ManagedKey> found = directory.find(directory.workspaceOf(name), name.id());
        return directory.view(revocation.revoke(caller, found, reason).key());
    }

    /** Revokes a key as {@link #revoke} does, for a key that the caller has already read from the ledger. */
    void revokeFound(Caller caller, Stored<ManagedKey> found, String reason) {
        var unused = revocation.revoke(caller, found, reason);
    }

    /**
     * Revokes {@code key}, which another service has written to the index, and adds the key to the ledger, so that it
     * stays revoked and can be read. On return the index holds the revocation.
     */
    void adopt(Caller caller, ManagedKey key, String reason) {
        revocation.adopt(caller, key, reason);
    }

    /**
     * Revokes the keys of a workspace that are not yet revoked. One call works for a few seconds; if the result says
     * that keys are left, the caller must repeat the call. Each revocation is a change of its own, and on return the
     * index holds every one of them.
     */
    public RevokedKeys revokeAll(Caller caller, String workspace, String reason) {
        return massRevocation.revokeAll(caller, workspace, reason);
    }

    /**
     * Renames an active key, removes scopes from it or gives it an earlier expiry. On return the index holds every
     * change that reduces access. If nothing differs from the stored key, the ledger is not written.
     */
    public KeyView update(Caller caller, KeyChange wanted) {
        return update.update(caller, wanted);
    }

    /** Records that the response with the secret of {@code key} was written to its caller. Never throws. */
    public void answered(ManagedKey key) {
        projector.handover().sent(key);
    }

    /** Withdraws a key whose response could not be sent, at once or as soon as Redis allows it. Never throws. */
    public void unanswered(ManagedKey key) {
        var unused = projector.handover().withdraw(key, "the answer with its secret could not be sent");
    }

    private CreatedKey confirmed(CreatedKey unseen, BooleanSupplier givenUp) {
        ManagedKey key = unseen.view().key();
        return newKeys.keep(key, () -> {
            // The last check before the confirmation, after which the secret can be shown.
            if (givenUp.getAsBoolean()) {
                throw NewKeys.givenUp();
            }
            return Optional.of(unseen).filter(made -> projector.confirm(key));
        });
    }
}
