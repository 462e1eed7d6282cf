package dev.latchkey.index;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The only seam between decision and storage: it finds the record of a key and the record of a workspace.
 *
 * <p>Both methods return at once, never return null, and never throw. The future completes with the record; with empty,
 * which means that the store was asked and has no record, so the caller must deny; or with an {@link IndexException},
 * which means that nothing is known, so the caller must deny as well, as a fault. The future completes within the time
 * limit of the implementation, whatever its caller does. Cancelling the future does not affect other callers that wait
 * for the same record.
 *
 * <p>Implementations are thread-safe and take no lock. Dependent stages run on the thread that completes the future and
 * must not block.
 */
public interface KeyIndex {

    CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest);

    CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id);

    /**
     * Returns a stamp of the state from which this index answers. If the stamps before and after a lookup are equal,
     * the result was still valid when the second stamp was taken. If they differ, look the record up again. An index
     * that reads the store each time always returns 0.
     */
    default long stamp() {
        return 0;
    }
}
