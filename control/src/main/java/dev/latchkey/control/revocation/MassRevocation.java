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
 * Revokes all keys of a workspace: first all at once for the sidecars, those too that other services have written into the index
 * (see {@link Generations}); then each that the ledger has as a change of its own, for a while at each call. It keeps no notes
 * of its own: whoever calls again, also after a crash and on another control plane, goes on with the keys that are not revoked yet.
 *
 * <p>This class is thread-safe.
 */
public final class MassRevocation {
    /** How long a call goes on: callers give up after ten seconds. */
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
     * Revokes keys until there is none left or the time is up, at least one. On return the index has each of them; if it is done,
     * also those that earlier calls have revoked.
     *
     * @throws RefusedException that says how many are revoked, if it has to stop or a key cannot be revoked
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

    /** One call. Not thread-safe. */
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
                // One that stands in the way of itself only.
                failures.add(String.valueOf(e.getMessage()));
            }
        }

        /** One damaged record must not protect the other keys. */
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
