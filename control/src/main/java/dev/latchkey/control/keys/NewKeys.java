package dev.latchkey.control.keys;

import dev.latchkey.control.ledger.Audit;
import dev.latchkey.control.ledger.Caller;
import dev.latchkey.control.ledger.Claim;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.ManagedKey;
import dev.latchkey.control.ledger.Projector;
import dev.latchkey.control.ledger.Room;
import dev.latchkey.control.ledger.StoreException;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.PresentedKey;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys between their minting and the answer that shows their secret: one whose secret reaches nobody is withdrawn. This class is
 * thread-safe.
 */
final class NewKeys {
    private static final Logger log = LoggerFactory.getLogger(NewKeys.class);

    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final KeyDirectory directory;
    private final Projector projector;
    private final Mint mint;

    NewKeys(Ledger ledger, KeyDirectory directory, Projector projector, Mint mint) {
        this.ledger = ledger;
        this.directory = directory;
        this.projector = projector;
        this.mint = mint;
    }

    /**
     * A key to be made.
     *
     * @param predecessor in whose place; if any
     */
    record Plan(String workspace, String name, KeyRules.Terms terms, Optional<ManagedKey> predecessor) {}

    /**
     * Makes a key whose secret may not be shown yet, see {@link #keep}. Empty if the claim comes too late, or else its random id
     * is taken.
     */
    Optional<CreatedKey> make(Caller caller, Plan plan, Optional<Claim> claim, long now) {
        Audit audit = new Audit(caller, "key.create", "", now);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Room room = directory.room(plan.workspace());
            PresentedKey secret = mint.secret(plan.terms().environment());
            ManagedKey key = key(secret, plan, room, now);
            switch (ledger.createUnseen(key, audit, claim, room, mint.claims(secret))) {
                case MADE -> {
                    return Optional.of(made(caller, key, secret, now));
                }
                case TAKEN -> {
                    return Optional.empty();
                }
                case FULL -> throw full(room);
                case MOVED -> log.debug("workspace {} was changed meanwhile", plan.workspace());
            }
        }
        throw new RefusedException(
                Kind.CONFLICT,
                "no key was made: workspace " + plan.workspace() + " is being changed by others all the time; repeat the call");
    }

    private ManagedKey key(PresentedKey secret, Plan plan, Room room, long now) {
        plan.predecessor()
                .filter(old -> old.record().generation() < room.generation())
                .ifPresent(old -> {
                    throw revokedWithAll(old);
                });
        String predecessor = plan.predecessor().map(ManagedKey::id).orElse("");
        return mint.key(secret, room, plan.name(), plan.terms(), new ManagedKey.Links(predecessor, ""), now);
    }

    private static CreatedKey made(Caller caller, ManagedKey key, PresentedKey secret, long now) {
        log.info("key.create {} of {} by {}", key.id(), key.workspace(), caller.name());
        return CreatedKey.made(KeyView.of(key, OptionalLong.empty(), now), secret);
    }

    private static RefusedException full(Room room) {
        return new RefusedException(
                Kind.CONFLICT,
                "no key was made: workspace " + room.workspace().entry().workspace() + " holds " + room.most()
                        + " keys, as many as the setting keys.max-per-workspace allows, ended ones included; purge those"
                        + " (latchkey keys purge), or raise the setting");
    }

    private static RefusedException revokedWithAll(ManagedKey old) {
        return new RefusedException(
                Kind.CONFLICT,
                old.id() + " was revoked with all keys of " + old.workspace()
                        + ", so it is not rotated; create a key instead");
    }

    static RefusedException idTaken() {
        return new RefusedException(Kind.CONFLICT, "no key was made: its random id is taken; repeat the call");
    }

    /** Says that nobody waits for the secret any more, so that {@link #keep} withdraws the key. */
    static RefusedException givenUp() {
        return new RefusedException(
                Kind.UNAVAILABLE, "no key was made, since its caller has given up; repeat the call");
    }

    /**
     * Lets {@code confirmation} make {@code key} one whose secret may be shown, and returns its result; if it has none, for
     * whatever reason, the key is withdrawn.
     *
     * @throws RefusedException that says why, if it has none
     */
    <T> T keep(ManagedKey key, Supplier<Optional<T>> confirmation) {
        String cause = "";
        try {
            Optional<T> kept = confirmation.get();
            if (kept.isPresent()) {
                return kept.get();
            }
            log.warn("{} of {} was not taken by the index, or withdrawn in the meantime", key.id(), key.workspace());
        } catch (StoreException e) {
            log.warn("{} of {} does not reach the index: {}", key.id(), key.workspace(), e.getMessage());
            cause = ". Cause: " + e.trouble();
        } catch (RefusedException e) {
            withdraw(key);
            throw e;
        }
        // Should this fail too, then the note in the ledger is left, if it was not taken yet, and the reconciler does
        // it.
        withdraw(key);
        throw new RefusedException(
                Kind.UNAVAILABLE,
                "no usable key was made (" + key.id() + " is withdrawn, its secret is shown to nobody);"
                        + " create another when GET /readyz answers 200" + cause);
    }

    /**
     * Revokes a key that was just made and whose secret will not reach who asked for it. Never throws: while Redis does not
     * allow it, a warning is logged that names the key.
     */
    void withdraw(ManagedKey key) {
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
}
