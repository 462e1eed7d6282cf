package dev.latchkey.control.revocation;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.workspaces.Generations;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The revocation of all keys of a workspace. First, one change revokes all keys for the sidecars at once, including
 * keys that other services have written to the index; see {@link Generations}. Then each key in the ledger is revoked
 * as a change of its own. A call works for a limited time. It stores no progress: a repeated call continues with the
 * keys that are not yet revoked, even after a crash or on another control plane.
 *
 * <p>This class is thread-safe.
 */
public final class MassRevocation {
    /** The time limit of one call. It is short because callers give up after ten seconds. */
    static final Duration TURN = Duration.ofSeconds(3);

    private static final int CHUNK = 200;
    private static final int MAX_NAMED = 5;

    private final Ledger ledger;
    private final Projector projector;
    private final KeyDirectory directory;
    private final Revocation revocation;
    private final Generations generations;
    private final Clock clock;

    public MassRevocation(
            Ledger ledger,
            Projector projector,
            KeyDirectory directory,
            Revocation revocation,
            Generations generations,
            Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.directory = directory;
        this.revocation = revocation;
        this.generations = generations;
        this.clock = clock;
    }

    /**
     * Revokes keys until none is left or the time is up, and at least one. On return the index holds these revocations;
     * if the result is done, it also holds those of earlier calls.
     *
     * @throws RefusedException if it stops early or a key cannot be revoked; the message says how many are revoked
     */
    public RevokedKeys revokeAll(Caller caller, String workspace, String reason) {
        Violations violations = new Violations();
        violations.workspace("workspace", workspace);
        violations.reason("reason", reason);
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        var unused = directory.requireWorkspace(workspace);
        Turn turn = new Turn(caller, workspace, reason);
        try {
            return turn.take();
        } catch (StoreException e) {
            throw turn.stopped(e.trouble());
        }
    }

    /** The state of one call. This class is not thread-safe. */
    private final class Turn {
        private final Caller caller;
        private final String workspace;
        private final String reason;
        private final long end = clock.millis() + TURN.toMillis();
        private final List<String> failures = new ArrayList<>();
        private int revoked;

        Turn(Caller caller, String workspace, String reason) {
            this.caller = caller;
            this.workspace = workspace;
            this.reason = reason;
        }

        RevokedKeys take() {
            generations.next(caller, workspace, reason);
            String last = "";
            List<String> ids;
            do {
                ids = ledger.keyIdsAfter(workspace, last, CHUNK);
                for (Stored<ManagedKey> key : readable(ids)) {
                    if (!key.entry().closed()) {
                        // At least one key per call, so that repeated calls always make progress.
                        if (revoked > 0 && clock.millis() >= end) {
                            return result(false);
                        }
                        revoke(key);
                    }
                }
                last = ids.isEmpty() ? last : ids.get(ids.size() - 1);
            } while (ids.size() == CHUNK);
            projector.projectRevoked(workspace);
            return result(true);
        }

        private void revoke(Stored<ManagedKey> key) {
            try {
                revoked += revocation.revoke(caller, key, reason).now() ? 1 : 0;
            } catch (RefusedException e) {
                if (e.kind() == Kind.UNAVAILABLE) {
                    throw stopped(String.valueOf(e.getMessage()));
                }
                // The failure concerns this key only; the other keys can still be revoked.
                failures.add(String.valueOf(e.getMessage()));
            }
        }

        /**
         * Reads the keys one by one if reading them together fails: one damaged record must not protect the other keys.
         */
        private List<Stored<ManagedKey>> readable(List<String> ids) {
            try {
                return ledger.storedKeys(workspace, ids);
            } catch (StoreException e) {
                if (e.fault() != StoreException.Fault.BAD_RECORD) {
                    throw e;
                }
                if (ids.size() == 1) {
                    failures.add(String.valueOf(e.getMessage()));
                    return List.of();
                }
                return ids.stream()
                        .flatMap(id -> readable(List.of(id)).stream())
                        .toList();
            }
        }

        private RevokedKeys result(boolean done) {
            if (failures.isEmpty()) {
                return new RevokedKeys(revoked, done);
            }
            String named = String.join("; ", failures.subList(0, Math.min(MAX_NAMED, failures.size())));
            throw new RefusedException(
                    Kind.CONFLICT,
                    soFar() + (done ? "; all others are revoked" : "; repeat the call for the others") + ". Not so "
                            + failures.size() + ": " + named);
        }

        RefusedException stopped(String cause) {
            return new RefusedException(
                    Kind.UNAVAILABLE, soFar() + "; repeat the call to go on with the others. Cause: " + cause);
        }

        private String soFar() {
            return "this call has revoked " + revoked + " keys of " + workspace;
        }
    }
}
