package dev.latchkey.control.audit;

import dev.latchkey.control.rules.Page;
import dev.latchkey.control.workspaces.WorkspaceManager;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader that answers queries of the audit trail. It checks the whole query before it reads stored data, blocks while
 * it talks to Redis, and throws the same exceptions as {@link WorkspaceManager}. This class is thread-safe.
 */
public final class AuditReader {
    private static final Logger log = LoggerFactory.getLogger(AuditReader.class);
    private static final int SCAN = 500;
    private static final int MAX_SCANS = 20;

    private final WorkspaceManager workspaces;
    private final AuditTrail trail;

    public AuditReader(WorkspaceManager workspaces, AuditTrail trail) {
        this.workspaces = workspaces;
        this.trail = trail;
    }

    /** Returns a page of the changes of a workspace and its keys, newest first. */
    public Page<AuditEntry> list(AuditQuery query) {
        AuditFilter filter = AuditFilter.of(query);
        workspaces.get(filter.workspace());
        Page<AuditEntry> page = read(filter);
        List<AuditEntry> damaged = page.items().stream()
                .filter(entry -> !entry.unreadable().isEmpty())
                .toList();
        if (!damaged.isEmpty()) {
            log.error(
                    "{} entries in the audit trail of {} cannot be read in full, such as {}: something else has changed"
                            + " them, or a newer control plane has written them",
                    damaged.size(),
                    filter.workspace(),
                    damaged.get(0).id());
        }
        return page;
    }

    private Page<AuditEntry> read(AuditFilter filter) {
        if (AuditPosition.isFirst(filter.before())) {
            return new Page<>(List.of(), "");
        }
        List<AuditEntry> found = new ArrayList<>();
        String before = filter.before();
        // One entry more than the page needs shows whether another page follows.
        int count = filter.selects() ? SCAN : filter.size() + 1;
        // A filter can skip many entries for each match, so after this many scans the caller gets the page and
        // continues with its token.
        for (int scan = 0; scan < MAX_SCANS; scan++) {
            List<AuditEntry> entries = trail.before(filter.workspace(), before, filter.start(), count);
            for (AuditEntry entry : entries) {
                boolean shown = filter.matches(entry);
                if (shown && found.size() == filter.size()) {
                    return new Page<>(found, AuditPosition.encode(filter.workspace(), before));
                }
                if (shown) {
                    found.add(entry);
                }
                before = entry.id();
            }
            if (entries.size() < count) {
                return new Page<>(found, "");
            }
        }
        return new Page<>(found, AuditPosition.encode(filter.workspace(), before));
    }
}
