package dev.latchkey.control.workspaces;

import dev.latchkey.control.index.Projection;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation of all keys of a workspace by a single change: every sidecar refuses a key of an earlier generation,
 * even if only the index holds it. This class is thread-safe. Concurrent use by several control planes is safe too.
 */
public final class Generations {
    private static final Logger log = LoggerFactory.getLogger(Generations.class);
    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final Projector projector;
    private final Clock clock;

    public Generations(Ledger ledger, Projector projector, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.clock = clock;
    }

    /** Starts a new generation of keys in {@code workspace}. On return the index holds the new generation. */
    public void next(Caller caller, String workspace, String reason) {
        long floor = 0;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Stored<ManagedWorkspace> stored =
                    ledger.findWorkspace(workspace).orElseThrow(() -> WorkspaceManager.unknown(workspace));
            ManagedWorkspace before = stored.entry();
            // The index has a higher generation if the ledger has lost data.
            long held = Math.max(before.record().generation(), projector.generation(workspace));
            ManagedWorkspace after = before.withGeneration(held + 1, Math.max(before.rev(), floor));
            if (!ledger.replace(stored, after, new Audit(caller, "workspace.revoke_all", reason, clock.millis()))) {
                continue;
            }
            log.info("workspace.revoke_all {} by {}, generation {}", workspace, caller.name(), held + 1);
            Projection projection = projector.project(after);
            // A newer revision in the index is fine if the ledger has it too: a later change made it. If the ledger
            // does not have it, the ledger has lost data, and this change must get a higher revision.
            if (projection.rev() <= after.rev()
                    || ledger.findWorkspace(workspace)
                            .filter(now -> now.entry().rev() >= projection.rev())
                            .isPresent()) {
                return;
            }
            floor = projection.rev();
        }
        throw new RefusedException(
                Kind.CONFLICT,
                "workspace " + workspace + " is being changed by others all the time; look at it and repeat the call");
    }
}
