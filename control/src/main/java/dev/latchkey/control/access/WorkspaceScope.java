package dev.latchkey.control.access;

import dev.latchkey.config.AdminToken;
import java.util.Optional;

/**
 * The workspaces that a caller can know of: all, or a single one. Requests beyond the scope must be answered as if
 * their target did not exist. This class is immutable.
 *
 * @param only the single workspace; empty for all workspaces
 */
public record WorkspaceScope(Optional<String> only) {
    /** The scope of an operator. */
    public static final WorkspaceScope ALL = new WorkspaceScope(Optional.empty());

    /** Returns the scope of the holder of {@code token}. */
    public static WorkspaceScope of(AdminToken token) {
        return token.role() == AdminToken.Role.OPERATOR ? ALL : new WorkspaceScope(Optional.of(token.workspace()));
    }

    public boolean covers(String workspace) {
        return only.isEmpty() || only.get().equals(workspace);
    }
}
