package dev.latchkey.control.keys;

import dev.latchkey.control.ledger.Audit;
import dev.latchkey.control.ledger.Caller;
import dev.latchkey.control.ledger.Claim;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.ManagedKey;
import dev.latchkey.control.ledger.Projector;
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

    private final Ledger ledger;
    private final Projector projector;
    private final Mint mint;

    NewKeys(Ledger ledger, Projector projector, Mint mint) {
        this.ledger = ledger;
        this.projector = projector;
        this.mint = mint;
    }

    /**
     * A key to be made.
     *
     * @param predecessor in whose place; or empty
     */
    record Plan(String workspace, String name, KeyRules.Terms terms, String predecessor) {}

    /**
     * Makes a key whose secret may not be shown yet, see {@link #keep}. Empty if the claim comes too late, or else its random id
     * is taken.
     */
    Optional<CreatedKey> make(Caller caller, Plan plan, Optional<Claim> claim, long now) {
        KeyRules.Terms terms = plan.terms();
        PresentedKey secret = mint.secret(terms.environment());
        ManagedKey key = mint.key(
                secret, plan.workspace(), plan.name(), terms, new ManagedKey.Links(plan.predecessor(), ""), now);
        if (!ledger.createUnseen(key, new Audit(caller, "key.create", "", now), claim)) {
            return Optional.empty();
        }
        log.info("key.create {} of {} by {}", key.id(), key.workspace(), caller.name());
        return Optional.of(CreatedKey.made(KeyView.of(key, OptionalLong.empty(), now), secret));
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
