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
 * The life of keys. Every method checks the whole request before it looks at anything stored, blocks while it talks to Redis,
 * and either returns or throws {@link RefusedException} or {@link StoreException}, whose messages are for the caller.
 *
 * <p>This class is thread-safe, also among several control planes.
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

    /** As {@link #create(Caller, NewKey, BooleanSupplier)}, for a caller that does not give up. */
    public CreatedKey create(Caller caller, NewKey wanted) {
        return create(caller, wanted, () -> false);
    }

    /**
     * Makes a key; or tells of the one that was made, if the caller repeats a call. On any exception its secret is lost, so it is
     * withdrawn, at once or as soon as Redis allows it; the message says which.
     *
     * <p>Once the answer was written to its caller, {@link #answered} is to be called, or else {@link #unanswered}.
     *
     * @param givenUp whether nobody waits for the secret any more
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
     * Puts a new key in the place of an active one, which goes on until its overlap ends. On any exception the new key is withdrawn
     * as in {@link #create}; the old one may have been given its end, and may then be rotated again. If the caller repeats a call,
     * nothing is made. The answer is to be reported as that of {@link #create}.
     */
    public RotatedKey rotate(Caller caller, Replacement wanted) {
        return rotate(caller, wanted, () -> false);
    }

    /**
     * As {@link #rotate(Caller, Replacement)}.
     *
     * @param givenUp whether nobody waits for the secret any more
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
     * Revokes a key for good. On return the index has it, whoever did it; so revoking again waits for what an earlier call
     * could not wait for.
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

    /** As {@link #revoke}, of a key that was found. */
    void revokeFound(Caller caller, Stored<ManagedKey> found, String reason) {
        var unused = revocation.revoke(caller, found, reason);
    }

    /**
     * Revokes {@code key}, which another service has written into the index, and takes it into the ledger, so that it stays
     * revoked and can be looked at. On return the index has it.
     */
    void adopt(Caller caller, ManagedKey key, String reason) {
        revocation.adopt(caller, key, reason);
    }

    /**
     * Revokes keys of a workspace, for some seconds: all that are not revoked, unless it says that there are more; then repeat
     * the call. Each is a change of its own, and on return the index has it.
     */
    public RevokedKeys revokeAll(Caller caller, String workspace, String reason) {
        return massRevocation.revokeAll(caller, workspace, reason);
    }

    /**
     * Changes the name of an active key, takes scopes from it, or gives it an earlier end. If it takes anything from it, the index
     * has that on return; if there is nothing to change, nothing is.
     */
    public KeyView update(Caller caller, KeyChange wanted) {
        return update.update(caller, wanted);
    }

    /** Notes that the answer with the secret of {@code key} was written to its caller. Never throws. */
    public void answered(ManagedKey key) {
        projector.handover().sent(key);
    }

    /** Withdraws a key whose answer could not be written to its caller, now or as soon as Redis allows it. Never throws. */
    public void unanswered(ManagedKey key) {
        var unused = projector.handover().withdraw(key, "the answer with its secret could not be sent");
    }

    private CreatedKey confirmed(CreatedKey unseen, BooleanSupplier givenUp) {
        ManagedKey key = unseen.view().key();
        return newKeys.keep(key, () -> {
            if (givenUp.getAsBoolean()) {
                throw NewKeys.givenUp();
            }
            return Optional.of(unseen).filter(made -> projector.confirm(key));
        });
    }
}
