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
 * Puts a new key in the place of an old one without a moment in which neither works: the new one works before the old one gets
 * an end. That end, the link between the two and the keeping of the new key are one atomic step, so a crash at any moment leaves
 * either the old key as it was, and a new one that is withdrawn, or both as they are to be.
 *
 * <p>This class is thread-safe, also among several control planes.
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

    /** What is asked for, found right. */
    private record Wanted(
            Caller caller,
            String workspace,
            String old,
            long now,
            long overlapEnd,
            Optional<Long> expiresAt,
            BooleanSupplier givenUp) {}

    /** Rotates a key. On any exception the new key is withdrawn; the old one may have been given its end. */
    RotatedKey rotate(Caller caller, Replacement asked, BooleanSupplier givenUp) {
        long now = endsLater(asked) ? RedisClock.millisForEnds(clock) : clock.millis();
        Violations violations = new Violations();
        KeyDirectory.check(asked.old(), violations);
        long overlapEnd = KeyRules.overlapEnd(asked.overlap(), now, violations);
        Optional<Long> expiresAt = asked.expiry().map(expiry -> KeyRules.expiresAt(expiry, now, violations));
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        String workspace = directory.workspaceOf(asked.old());
        // Sidecars go by whichever clock is ahead, theirs or Redis': without an overlap the end must be past for them
        // now.
        long end = overlapEnd > now ? overlapEnd : Math.min(now, ledger.millis());
        Wanted wanted = new Wanted(caller, workspace, asked.old().id(), now, end, expiresAt, givenUp);
        return repeats.answer(
                new IdempotentCalls.Call(caller, workspace, asked.fingerprint()),
                new IdempotentCalls.Answers<>(
                        claim -> first(wanted, claim), successor -> again(wanted, successor), NewKeys::idTaken));
    }

    /** A key that has leaked is ended at once, whatever the clocks say. */
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

    /** Shows the old key's end to the index before the answer: an overlap of 0 is for a key that has leaked. */
    private KeyView ended(ManagedKey old) {
        enforcement.enforce(old, Enforcement.Change.END);
        return directory.view(old);
    }

    /**
     * Returns the old key as it is after the step. Whatever happened to it since the successor was made like it, a scope taken or
     * a revoke, is not undone by the successor: then there is none.
     */
    private ManagedKey succeed(Wanted wanted, Stored<ManagedKey> old, ManagedKey successor) {
        long now = clock.millis();
        ManagedKey ended = old.entry().succeededBy(successor.id(), wanted.overlapEnd);
        if (!ledger.succeed(old, ended, successor, new Audit(wanted.caller, "key.rotate", "", now))) {
            // Says what has happened, if that is lasting.
            var unused = rotatable(wanted.workspace, wanted.old, now);
            throw new RefusedException(
                    Kind.CONFLICT, wanted.old + " is being changed by others, so it is not rotated; repeat the call");
        }
        return ended;
    }

    /** Returns the key {@code id} if it may be given a successor. */
    private Stored<ManagedKey> rotatable(String workspace, String id, long now) {
        Stored<ManagedKey> stored = directory.find(workspace, id);
        ManagedKey key = stored.entry();
        if (!key.usable(now)) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    id + " is " + (key.closed() ? "revoked" : "expired")
                            + ", so it is not rotated; create a key instead");
        }
        // One that has ended keeps nobody going, and cannot be rotated either.
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

    /** Returns the end of a life that begins now and is as long as the old key's was to be before it was first rotated. */
    private long sameLife(ManagedKey old, long now) {
        ManagedKey model = successor(old).orElse(old);
        long end = model.record().expiresAt();
        return end == KeyRecord.NEVER
                ? KeyRecord.NEVER
                : Math.min(KeyRules.LAST_MILLI, now + (end - model.createdAt()));
    }
}
