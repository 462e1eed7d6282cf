package dev.latchkey.index;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A {@link KeyIndex} that limits the reads in flight by a {@link ReadBudget}. Several indexes can share a budget. */
public final class BoundedKeyIndex implements KeyIndex {
    private final KeyIndex delegate;
    private final ReadBudget budget;

    public BoundedKeyIndex(KeyIndex delegate, ReadBudget budget) {
        this.delegate = delegate;
        this.budget = budget;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return budget.read(() -> delegate.findKey(digest));
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return budget.read(() -> delegate.findWorkspace(id));
    }
}
