package dev.latchkey.control.keys;

import dev.latchkey.control.keys.RefusedException.Kind;
import dev.latchkey.control.ledger.Audit;
import dev.latchkey.control.ledger.Caller;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.ManagedKey;
import dev.latchkey.control.ledger.Projector;
import dev.latchkey.control.ledger.Stored;
import dev.latchkey.key.KeyRecord;
import java.time.Clock;
import java.util.Optional;
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
    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final Projector projector;
    private final KeyDirectory directory;
    private final NewKeys newKeys;
    private final Clock clock;

    KeyRotation(Ledger ledger, Projector projector, KeyDirectory directory, NewKeys newKeys, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.directory = directory;
        this.newKeys = newKeys;
        this.clock = clock;
    }

    /** Rotates a key. On any exception no new key works; the old one may have been given its end. */
    RotatedKey rotate(Caller caller, Replacement wanted) {
        long now = clock.millis();
        Violations violations = new Violations();
        KeyDirectory.check(wanted.old(), violations);
        long overlapEnd = KeyRules.overlapEnd(wanted.overlap(), now, violations);
        Optional<Long> expiresAt = wanted.expiry().map(expiry -> KeyRules.expiresAt(expiry, now, violations));
        violations.throwIfAny();
        String workspace = directory.workspaceOf(wanted.old());
        ManagedKey old = rotatable(workspace, wanted.old().id(), now).entry();

        KeyRules.Terms terms = new KeyRules.Terms(
                old.record().environment(), old.record().scopes(), expiresAt.orElseGet(() -> sameLife(old, now)));
        CreatedKey created = newKeys.make(caller, workspace, old.name(), terms, old.id(), now);
        ManagedKey successor = created.view().key();
        RotatedKey rotated = newKeys.keep(successor, () -> {
            if (!projector.show(successor)) {
                return Optional.empty();
            }
            ManagedKey ended = succeed(caller, old.id(), successor, overlapEnd);
            // Before the answer: an overlap of 0 is for a key that has leaked.
            projector.project(ended);
            return Optional.of(new RotatedKey(created, directory.view(ended)));
        });
        log.info("key.rotate {} of {} to {} by {}", old.id(), workspace, successor.id(), caller.name());
        return rotated;
    }

    /** Returns the old key as it is after the step. */
    private ManagedKey succeed(Caller caller, String id, ManagedKey successor, long overlapEnd) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            long now = clock.millis();
            Stored<ManagedKey> stored = rotatable(successor.workspace(), id, now);
            ManagedKey ended = stored.entry().succeededBy(successor.id(), overlapEnd);
            if (ledger.succeed(stored, ended, successor, new Audit(caller, "key.rotate", "", now))) {
                return ended;
            }
            if (directory.find(successor.workspace(), successor.id()).entry().closed()) {
                break;
            }
        }
        throw new RefusedException(
                Kind.CONFLICT, id + " is being changed by others, so it is not rotated; repeat the call");
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
        successor(key).filter(successor -> !successor.closed()).ifPresent(successor -> {
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
        return end == KeyRecord.NEVER ? KeyRecord.NEVER : now + (end - model.createdAt());
    }
}
