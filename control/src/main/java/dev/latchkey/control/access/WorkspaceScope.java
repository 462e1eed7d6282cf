package dev.latchkey.control.access;

import dev.latchkey.config.AdminToken;
import java.util.Optional;

/**
 * The workspaces that a caller may know of: all, or one. What is beyond it is to be answered as if it did not exist. Immutable.
 *
 * @param only the one; empty for all
 */
public record WorkspaceScope(Optional<String> only) {
    /** An operator's. */
    public static final WorkspaceScope ALL = new WorkspaceScope(Optional.empty());

    /** Returns what the holder of {@code token} may know of. */
    public static WorkspaceScope of(AdminToken token) {
        return token.role() == AdminToken.Role.OPERATOR ? ALL : new WorkspaceScope(Optional.of(token.workspace()));
    }

    public boolean covers(String workspace) {
        return only.isEmpty() || only.get().equals(workspace);
    }
}
