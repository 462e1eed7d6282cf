package dev.latchkey.control.keys;

import dev.latchkey.control.keys.RefusedException.Kind;
import dev.latchkey.control.ledger.Audit;
import dev.latchkey.control.ledger.Caller;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.ManagedKey;
import dev.latchkey.control.ledger.Projection;
import dev.latchkey.control.ledger.Projector;
import dev.latchkey.control.ledger.StoreException;
import dev.latchkey.control.ledger.Stored;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of keys. Every method checks the whole request before it looks at anything stored, blocks while it talks to Redis,
 * and either returns or throws {@link RefusedException} or {@link StoreException}, whose messages are for the caller.
 *
 * <p>This class is thread-safe, also among several control planes.
 */
public final class KeyManager {
    /** In place of a workspace's id: whichever it is. */
    public static final String ANY_WORKSPACE = "-";

    private static final Logger log = LoggerFactory.getLogger(KeyManager.class);
    private static final int MAX_ATTEMPTS = 10;
    private static final int SCAN = 500;
    private static final int MAX_SCANS = 20;

    private final Ledger ledger;
    private final Projector projector;
    private final KeyDirectory directory;
    private final NewKeys newKeys;
    private final KeyRotation rotation;
    private final Repeats repeats;
    private final KeyRules rules;
    private final Clock clock;

    /** @param catalogue the scopes that a key can have */
    public KeyManager(Ledger ledger, Projector projector, Mint mint, Collection<String> catalogue, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.directory = new KeyDirectory(ledger, clock);
        this.newKeys = new NewKeys(ledger, projector, mint);
        this.repeats = new Repeats(ledger);
        this.rotation = new KeyRotation(ledger, projector, directory, newKeys, repeats, clock);
        this.rules = new KeyRules(catalogue);
        this.clock = clock;
    }

    /** As {@link #create(Caller, NewKey, BooleanSupplier)}, for a caller that does not give up. */
    public CreatedKey create(Caller caller, NewKey wanted) {
        return create(caller, wanted, () -> false);
    }

    /**
     * Makes a key; or tells of the one that was made, if the caller repeats a call. On any exception there is none that works:
     * its secret would be lost, so it is withdrawn.
     *
     * @param givenUp whether nobody waits for the secret any more
     */
    public CreatedKey create(Caller caller, NewKey wanted, BooleanSupplier givenUp) {
        long now = clock.millis();
        Violations violations = new Violations();
        violations.requestId(caller.requestId());
        KeyRules.Terms terms = rules.check(wanted, now, violations);
        directory.requireWorkspace(wanted.workspace());
        NewKeys.Plan plan = new NewKeys.Plan(wanted.workspace(), wanted.name(), terms, "");
        return repeats.answer(
                new Repeats.Call(caller, wanted.workspace(), wanted.fingerprint()),
                new Repeats.Answers<>(
                        claim -> newKeys.make(caller, plan, claim, now).map(unseen -> confirmed(unseen, givenUp)),
                        id -> repeats.keptKey(plan.workspace(), id)
                                .map(directory::view)
                                .map(CreatedKey::repeated),
                        NewKeys::idTaken));
    }

    /**
     * Puts a new key in the place of an active one, which goes on until its overlap ends. On any exception no new key works; the
     * old one may have been given its end, and may then be rotated again. If the caller repeats a call, nothing is made.
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

    /**
     * Returns a page of the workspace's keys, oldest first.
     *
     * @param all also those revoked and expired
     */
    public Page<KeyView> list(String workspace, PageRequest request, boolean all) {
        Violations violations = new Violations();
        violations.workspace("workspace", workspace);
        PageStart page = violations.page(request);
        violations.throwIfAny();
        directory.requireWorkspace(workspace);

        long now = clock.millis();
        List<ManagedKey> found = new ArrayList<>();
        String after = page.after();
        // Many keys may be passed over for one that is shown; after so many the caller has the next turn.
        for (int scan = 0; scan < MAX_SCANS; scan++) {
            List<ManagedKey> keys = ledger.keysAfter(workspace, after, SCAN);
            for (ManagedKey key : keys) {
                boolean shown = all || key.usable(now);
                if (shown && found.size() == page.size()) {
                    return new Page<>(directory.views(workspace, found), PageStart.encode(after));
                }
                if (shown) {
                    found.add(key);
                }
                after = key.id();
            }
            if (keys.size() < SCAN) {
                return new Page<>(directory.views(workspace, found), "");
            }
        }
        return new Page<>(directory.views(workspace, found), PageStart.encode(after));
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
        String workspace = directory.workspaceOf(name);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Stored<ManagedKey> stored = directory.find(workspace, name.id());
            KeyView view = directory.view(stored.entry());
            if (stored.entry().closed()) {
                return revoked(view);
            }
            long now = clock.millis();
            ManagedKey revoked = stored.entry().revoke(now);
            if (ledger.replace(stored, revoked, new Audit(caller, "key.revoke", reason, now))) {
                log.info("key.revoke {} of {} by {}", revoked.id(), workspace, caller.name());
                return revoked(KeyView.of(revoked, view.lastUsedAt(), now));
            }
        }
        throw new RefusedException(
                Kind.CONFLICT,
                name.id() + " is being changed by others all the time, so it is not revoked; repeat the call");
    }

    /** As {@link NewKeys#withdraw}: for a key whose secret will not reach who asked for it. */
    public void withdraw(ManagedKey key) {
        newKeys.withdraw(key);
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

    private KeyView revoked(KeyView view) {
        String id = view.key().id();
        try {
            if (projector.project(view.key()).outcome() == Projection.Outcome.CONFLICT) {
                throw new RefusedException(
                        Kind.CONFLICT,
                        id + " is revoked in the ledger, but the index holds something else under its name, which this"
                                + " call cannot revoke: see the control plane's log");
            }
        } catch (StoreException e) {
            throw new RefusedException(
                    Kind.UNAVAILABLE,
                    "the revoke of " + id
                            + " is recorded and will be applied as soon as Redis allows; repeat the call to"
                            + " wait for it. Cause: " + e.trouble());
        }
        return view;
    }
}
