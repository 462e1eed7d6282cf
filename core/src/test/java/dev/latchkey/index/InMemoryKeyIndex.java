package dev.latchkey.index;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The fake that passes the same contract as Redis: a map, and a switch that makes every read fail. */
public final class InMemoryKeyIndex implements KeyIndex {
    private final Map<KeyDigest, KeyRecord> keys = new ConcurrentHashMap<>();
    private final Map<String, WorkspaceRecord> workspaces = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile @Nullable RuntimeException failure;

    public void put(KeyDigest digest, KeyRecord key) {
        keys.put(digest, key);
    }

    public void put(WorkspaceRecord workspace) {
        workspaces.put(workspace.id(), workspace);
    }

    /** Makes every later read fail with {@code failure}; null ends that. */
    public void failWith(@Nullable RuntimeException failure) {
        this.failure = failure;
    }

    /** Returns how often this was asked. */
    public int reads() {
        return reads.get();
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return answer(keys.get(digest));
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return answer(workspaces.get(id));
    }

    private <T> CompletableFuture<Optional<T>> answer(@Nullable T record) {
        reads.incrementAndGet();
        RuntimeException current = failure;
        return current == null
                ? CompletableFuture.completedFuture(Optional.ofNullable(record))
                : CompletableFuture.failedFuture(current);
    }
}
