package dev.latchkey.control.workspaces;

import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.idempotency.IdempotentCalls;
import dev.latchkey.control.index.Projection;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.Fingerprint;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.PageStart;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.key.WorkspaceRecord;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry point for operations on workspaces. Every method validates the complete request before it reads stored
 * data, and blocks while it talks to Redis. It either returns or throws {@link RefusedException} or {@link
 * StoreException}, whose messages are meant for the caller.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too.
 */
public final class WorkspaceManager {
    private static final Logger log = LoggerFactory.getLogger(WorkspaceManager.class);
    private static final int MAX_ATTEMPTS = 10;

    private final Ledger ledger;
    private final Projector projector;
    private final Clock clock;
    private final IdempotentCalls repeats;

    public WorkspaceManager(Ledger ledger, Projector projector, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.clock = clock;
        this.repeats = new IdempotentCalls(ledger);
    }

    /**
     * Creates an active workspace, or returns the workspace that the first call created if this call is a repeat. If
     * {@code name} is empty, the id is used as the name.
     */
    public ManagedWorkspace create(Caller caller, String id, String name) {
        Violations violations = new Violations();
        violations.workspace("id", id);
        if (!name.isEmpty()) {
            violations.name("name", name);
        }
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        ManagedWorkspace workspace = new ManagedWorkspace(
                new WorkspaceRecord(id, true, 1, projector.generation(id)), name.isEmpty() ? id : name, clock.millis());
        return repeats.answer(
                new IdempotentCalls.Call(caller, id, Fingerprint.of("CreateWorkspace", id, name)),
                new IdempotentCalls.Answers<>(
                        claim -> create(caller, workspace, claim),
                        field -> ledger.findWorkspace(id).map(found -> projected(found.entry())),
                        () -> new RefusedException(
                                Kind.ALREADY_EXISTS, "workspace " + id + " exists; use it, or choose another id")));
    }

    public ManagedWorkspace get(String id) {
        return find(id).entry();
    }

    /** Returns a page of the workspaces within {@code reach}, ordered by id. */
    public Page<ManagedWorkspace> list(WorkspaceScope reach, PageRequest request) {
        Violations violations = new Violations();
        PageStart page = violations.page(request);
        violations.throwIfAny();
        List<String> ids = reach.only()
                .map(own -> own.compareTo(page.after()) > 0 ? List.of(own) : List.<String>of())
                // One id more than the page holds tells whether there is a next page.
                .orElseGet(() -> ledger.workspacesAfter(page.after(), page.size() + 1));
        boolean last = ids.size() <= page.size();
        List<String> shown = last ? ids : ids.subList(0, page.size());
        return new Page<>(ledger.workspaces(shown), last ? "" : PageStart.encode(shown.get(shown.size() - 1)));
    }

    /** Calls {@link #setActive(Caller, String, boolean, String)} without a reason. */
    public ManagedWorkspace setActive(Caller caller, String id, boolean active) {
        return setActive(caller, id, active, "");
    }

    /** Activates or deactivates a workspace and so all of its keys. On return the index holds the change. */
    public ManagedWorkspace setActive(Caller caller, String id, boolean active, String reason) {
        Violations violations = new Violations();
        violations.reason("reason", reason);
        violations.requestId(caller.requestId());
        long floor = 0;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Stored<ManagedWorkspace> stored = find(id, violations);
            ManagedWorkspace workspace = stored.entry();
            if (workspace.active() != active || workspace.rev() < floor) {
                workspace = workspace.withActive(active, Math.max(workspace.rev(), floor));
                String action = active ? "workspace.activate" : "workspace.deactivate";
                if (!ledger.replace(stored, workspace, new Audit(caller, action, reason, clock.millis()))) {
                    continue;
                }
                log.info("{} {} by {}", action, id, caller.name());
            }
            Projection projection = project(workspace, "repeat the call to wait for it");
            if (projection.rev() <= workspace.rev()) {
                return workspace;
            }
            // The index holds a newer record. If the ledger has it too, a later call made it. Otherwise the ledger has
            // lost data, or another service wrote the record: this change must then get a higher revision.
            if (find(id).entry().rev() >= projection.rev()) {
                return workspace;
            }
            floor = projection.rev();
        }
        throw new RefusedException(
                Kind.CONFLICT,
                "workspace " + id + " is being changed by others all the time; look at it and repeat the call");
    }

    public static RefusedException unknown(String id) {
        return new RefusedException(
                Kind.NOT_FOUND, "there is no workspace " + id + "; create it, or list the workspaces for their ids");
    }

    private Optional<ManagedWorkspace> create(Caller caller, ManagedWorkspace workspace, Optional<Claim> claim) {
        Audit audit = new Audit(caller, "workspace.create", "", workspace.createdAt());
        if (!ledger.create(workspace, audit, claim)) {
            return Optional.empty();
        }
        log.info("workspace.create {} by {}", workspace.workspace(), caller.name());
        // Without a request id a repeated call fails, because the workspace then exists.
        if (caller.requestId().isEmpty()) {
            project(workspace, "do not repeat the call");
            return Optional.of(workspace);
        }
        return Optional.of(projected(workspace));
    }

    private ManagedWorkspace projected(ManagedWorkspace workspace) {
        project(workspace, "repeat the call to wait for it");
        return workspace;
    }

    private Stored<ManagedWorkspace> find(String id) {
        return find(id, new Violations());
    }

    private Stored<ManagedWorkspace> find(String id, Violations violations) {
        violations.workspace("id", id);
        violations.throwIfAny();
        return ledger.findWorkspace(id).orElseThrow(() -> unknown(id));
    }

    private Projection project(ManagedWorkspace workspace, String advice) {
        try {
            return projector.project(workspace);
        } catch (StoreException e) {
            throw new RefusedException(
                    Kind.UNAVAILABLE,
                    "the change of workspace " + workspace.workspace()
                            + " is recorded and will be applied as soon as Redis allows; " + advice + ". Cause: "
                            + e.trouble());
        }
    }
}
