package dev.latchkey.index;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The one seam between decision and storage: finds what is stored of a key and of a workspace.
 *
 * <p>Both methods return at once, never null, and never throw. The future holds the record; or empty, which means that the
 * store was asked and has none, so deny; or it fails with an {@link IndexException}, which means that nothing is known, so
 * deny as well, as a fault. It completes within the implementation's own bound, whatever its caller does; cancelling it has
 * no effect on others who wait for the same record.
 *
 * <p>Implementations are thread-safe and take no lock. What depends on a future runs on the thread that completes it and must
 * not block.
 */
public interface KeyIndex {

    CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest);

    CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id);

    /**
     * Returns a mark of what this index answers from. What was found between two equal marks could still be relied on when the
     * second one was taken; where they differ, ask again. An index that reads the store each time always returns 0.
     */
    default long stamp() {
        return 0;
    }
}
