package dev.latchkey.control.keys;

import dev.latchkey.control.keys.RefusedException.Kind;
import dev.latchkey.control.ledger.Audit;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.ManagedKey;
import dev.latchkey.control.ledger.Projection;
import dev.latchkey.control.ledger.Projector;
import dev.latchkey.control.ledger.StoreException;
import dev.latchkey.control.ledger.Stored;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.PresentedKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
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
    private final Mint mint;
    private final KeyRules rules;
    private final Clock clock;

    /** @param catalogue the scopes that a key can have */
    public KeyManager(Ledger ledger, Projector projector, Mint mint, Collection<String> catalogue, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.mint = mint;
        this.rules = new KeyRules(catalogue);
        this.clock = clock;
    }

    /** Makes a key. On any exception there is none that works: its secret would be lost, so it is withdrawn. */
    public CreatedKey create(String actor, NewKey wanted) {
        long now = clock.millis();
        KeyRules.Terms terms = rules.check(wanted, now);
        requireWorkspace(wanted.workspace());
        PresentedKey secret = mint.secret(terms.environment());
        KeyRecord record = new KeyRecord(
                mint.id(now),
                wanted.workspace(),
                terms.environment(),
                terms.scopes(),
                KeyRecord.State.ACTIVE,
                terms.expiresAt(),
                1);
        ManagedKey key = new ManagedKey(record, mint.digest(secret), wanted.name(), secret.start(), now, 0);
        if (!ledger.createUnseen(key, new Audit(actor, "key.create", "", now))) {
            throw new RefusedException(Kind.CONFLICT, "no key was made: its random id is taken; repeat the call");
        }
        confirm(key);
        log.info("key.create {} of {} by {}", key.id(), key.workspace(), actor);
        return new CreatedKey(KeyView.of(key, OptionalLong.empty(), now), secret);
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
        requireWorkspace(workspace);

        long now = clock.millis();
        List<ManagedKey> found = new ArrayList<>();
        String after = page.after();
        // Many keys may be passed over for one that is shown; after so many the caller has the next turn.
        for (int scan = 0; scan < MAX_SCANS; scan++) {
            List<ManagedKey> keys = ledger.keysAfter(workspace, after, SCAN);
            for (ManagedKey key : keys) {
                boolean shown = all || key.usable(now);
                if (shown && found.size() == page.size()) {
                    return new Page<>(views(workspace, found, now), PageStart.encode(after));
                }
                if (shown) {
                    found.add(key);
                }
                after = key.id();
            }
            if (keys.size() < SCAN) {
                return new Page<>(views(workspace, found, now), "");
            }
        }
        return new Page<>(views(workspace, found, now), PageStart.encode(after));
    }

    public KeyView get(KeyName name) {
        Violations violations = new Violations();
        check(name, violations);
        violations.throwIfAny();
        ManagedKey key = find(workspaceOf(name), name.id()).entry();
        return view(key);
    }

    /**
     * Revokes a key for good. On return the index has it, whoever did it; so revoking again waits for what an earlier call
     * could not wait for.
     */
    public KeyView revoke(String actor, KeyName name, String reason) {
        Violations violations = new Violations();
        check(name, violations);
        violations.reason("reason", reason);
        violations.throwIfAny();
        String workspace = workspaceOf(name);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Stored<ManagedKey> stored = find(workspace, name.id());
            KeyView view = view(stored.entry());
            if (stored.entry().closed()) {
                return revoked(view);
            }
            long now = clock.millis();
            ManagedKey revoked = stored.entry().revoke(now);
            if (ledger.replace(stored, revoked, new Audit(actor, "key.revoke", reason, now))) {
                log.info("key.revoke {} of {} by {}", revoked.id(), workspace, actor);
                return revoked(KeyView.of(revoked, view.lastUsedAt(), now));
            }
        }
        throw new RefusedException(
                Kind.CONFLICT,
                name.id() + " is being changed by others all the time, so it is not revoked; repeat the call");
    }

    /**
     * Revokes a key that was just made and whose secret will not reach who asked for it. Never throws: while Redis does not
     * allow it, a warning is logged that names the key.
     */
    public void withdraw(ManagedKey key) {
        try {
            projector.withdraw(key);
        } catch (StoreException e) {
            log.warn(
                    "{} of {} is not withdrawn, though nobody has its secret: {}",
                    key.id(),
                    key.workspace(),
                    e.getMessage());
        }
    }

    private void confirm(ManagedKey key) {
        String cause = "";
        try {
            if (projector.confirm(key)) {
                return;
            }
            log.warn("{} of {} was not taken by the index, or withdrawn in the meantime", key.id(), key.workspace());
        } catch (StoreException e) {
            log.warn("{} of {} does not reach the index: {}", key.id(), key.workspace(), e.getMessage());
            cause = ". Cause: " + e.trouble();
        }
        // Should this fail too, then the note in the ledger is left, by which the reconciler does it.
        withdraw(key);
        throw new RefusedException(
                Kind.UNAVAILABLE,
                "no usable key was made (" + key.id() + " is withdrawn, its secret is shown to nobody);"
                        + " create another when GET /readyz answers 200" + cause);
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

    private static void check(KeyName name, Violations violations) {
        violations.anyWorkspace("workspace", name.workspace());
        violations.keyId("id", name.id());
    }

    private String workspaceOf(KeyName name) {
        if (name.workspace().equals(ANY_WORKSPACE)) {
            return ledger.ownerOf(name.id()).orElseThrow(() -> unknown(name.id()));
        }
        requireWorkspace(name.workspace());
        return name.workspace();
    }

    private void requireWorkspace(String id) {
        if (ledger.findWorkspace(id).isEmpty()) {
            throw WorkspaceManager.unknown(id);
        }
    }

    private Stored<ManagedKey> find(String workspace, String id) {
        return ledger.findKey(workspace, id).orElseThrow(() -> unknown(id));
    }

    private static RefusedException unknown(String id) {
        return new RefusedException(
                Kind.NOT_FOUND, "there is no key " + id + " here; list the workspace's keys for their ids");
    }

    private KeyView view(ManagedKey key) {
        return views(key.workspace(), List.of(key), clock.millis()).get(0);
    }

    private List<KeyView> views(String workspace, List<ManagedKey> keys, long now) {
        List<OptionalLong> used =
                lastUsed(workspace, keys.stream().map(ManagedKey::id).toList());
        return IntStream.range(0, keys.size())
                .mapToObj(i -> KeyView.of(keys.get(i), used.get(i), now))
                .toList();
    }

    /** Nice to know, and written by others: no call fails for it. */
    private List<OptionalLong> lastUsed(String workspace, List<String> ids) {
        try {
            return ledger.lastUsed(workspace, ids);
        } catch (StoreException e) {
            log.warn("the last use of the keys of {} is left out: {}", workspace, e.getMessage());
            return ids.stream().map(id -> OptionalLong.empty()).toList();
        }
    }
}
