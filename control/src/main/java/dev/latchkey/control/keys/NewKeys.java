package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.index.Handover;
import dev.latchkey.control.index.Handover.Withdrawal;
import dev.latchkey.control.ledger.Creation;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.PresentedKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The creation of keys, from minting until the secret may be shown. A key whose secret reaches nobody is withdrawn.
 * This class is thread-safe.
 */
final class NewKeys {
    private static final Logger log = LoggerFactory.getLogger(NewKeys.class);

    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final KeyDirectory directory;
    private final Handover handover;
    private final Mint mint;

    NewKeys(Ledger ledger, KeyDirectory directory, Handover handover, Mint mint) {
        this.ledger = ledger;
        this.directory = directory;
        this.handover = handover;
        this.mint = mint;
    }

    /**
     * The validated parameters of a new key.
     *
     * @param predecessor the key that the new key replaces, if any
     */
    record Plan(String workspace, String name, KeyRules.Terms terms, Optional<ManagedKey> predecessor) {}

    /**
     * Creates a key whose secret must not be shown yet; see {@link #keep}. Returns empty if another call has taken the
     * claim on the request id or on the secret, or if the random id is already in use.
     */
    Optional<CreatedKey> make(Caller caller, Plan plan, Optional<Claim> claim, long now) {
        Audit audit = new Audit(caller, "key.create", "", now);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Room room = directory.room(plan.workspace());
            PresentedKey secret = mint.secret(plan.terms().environment());
            ManagedKey key = key(secret, plan, room, now);
            switch (create(key, audit, claim, room, mint.claims(secret))) {
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
                "no key was made: workspace " + plan.workspace()
                        + " is being changed by others all the time; repeat the call");
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
                        + " keys, as many as the setting keys.max-per-workspace allows, ended ones included;"
                        + " purge those (latchkey keys purge), or raise the setting");
    }

    private static RefusedException revokedWithAll(ManagedKey old) {
        return new RefusedException(
                Kind.CONFLICT,
                old.id() + " was revoked with all keys of " + old.workspace()
                        + ", so it is not rotated; create a key instead");
    }

    private Creation create(ManagedKey key, Audit audit, Optional<Claim> claim, Room room, List<String> strings) {
        try {
            return ledger.createUnseen(key, audit, claim, room, strings);
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.UNCERTAIN) {
                throw e;
            }
            // The step that creates the key also writes a note, by which the reconciler withdraws the key.
            throw new RefusedException(
                    Kind.UNAVAILABLE,
                    "Redis gave no answer in time, so it is not known whether a key " + key.id()
                            + " was made; if it was, it is withdrawn within a minute after Redis answers, and"
                            + " its secret was shown to nobody. Repeat the call when GET /readyz answers 200. Cause:"
                            + " " + e.trouble());
        }
    }

    static RefusedException idTaken() {
        return new RefusedException(Kind.CONFLICT, "no key was made: its random id is taken; repeat the call");
    }

    /** Returns the exception for a caller that has given up waiting. It makes {@link #keep} withdraw the key. */
    static RefusedException givenUp() {
        return new RefusedException(
                Kind.UNAVAILABLE, "no usable key was made, since its caller has given up; repeat the call");
    }

    /**
     * Runs {@code confirmation}, after which the secret of {@code key} may be shown, and returns its result. If there
     * is no result, for whatever reason, the key is withdrawn: at once, or as soon as Redis allows it.
     *
     * @throws RefusedException if there is no result; the message says why, and what is known of the key
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
            Withdrawal withdrawal = withdraw(key);
            throw withdrawal == Withdrawal.DONE
                    ? e
                    : new RefusedException(e.kind(), e.getMessage() + ". " + known(key, withdrawal));
        } catch (RuntimeException e) {
            var unused = withdraw(key);
            throw e;
        }
        throw new RefusedException(
                Kind.UNAVAILABLE, known(key, withdraw(key)) + "; repeat the call when GET /readyz answers 200" + cause);
    }

    private Withdrawal withdraw(ManagedKey key) {
        return handover.withdraw(key, Handover.SHOWN_TO_NOBODY);
    }

    /** Returns a description of the state of a key that claims no more than is known. */
    private static String known(ManagedKey key, Withdrawal withdrawal) {
        return switch (withdrawal) {
            case DONE -> "no usable key was made (" + key.id() + " is withdrawn, its secret was shown to nobody)";
            case RECORDED ->
                "no usable key was made (the withdrawal of " + key.id()
                        + " is recorded and will be applied as soon as Redis allows; its secret was shown to nobody)";
            case DEFERRED ->
                "an active key " + key.id()
                        + " may exist, whose secret was shown to nobody: its withdrawal could not be"
                        + " recorded, and is tried again until it is";
        };
    }
}
