package dev.latchkey.control.explain;

import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@link KeyIndex} that hides keys outside the caller's scope, and records the queries of one decision and their
 * results. The records can be read once the decision is complete.
 */
final class Witness implements KeyIndex {
    private final KeyIndex index;
    private final WorkspaceScope reach;
    private final Map<Integer, Boolean> found = new ConcurrentHashMap<>();
    private volatile @Nullable KeyRecord key;
    private volatile @Nullable String failure;
    private volatile boolean workspaceAsked;

    Witness(KeyIndex index, WorkspaceScope reach) {
        this.index = index;
        this.reach = reach;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return index.findKey(digest).thenApply(this::within).whenComplete((record, fault) -> {
            note(fault);
            if (record != null) {
                found.put(digest.pepperVersion(), record.isPresent());
                key = record.orElse(key);
            }
        });
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        workspaceAsked = true;
        return index.findWorkspace(id).whenComplete((record, fault) -> note(fault));
    }

    /** Returns whether the key was found, by pepper version. */
    Map<Integer, Boolean> found() {
        return new TreeMap<>(found);
    }

    /** Returns the record that was found; null if there was none. */
    @Nullable
    KeyRecord key() {
        return key;
    }

    /** Returns whether the decision got as far as asking for the workspace. */
    boolean workspaceAsked() {
        return workspaceAsked;
    }

    /** Returns why a record could not be read; empty if all records could be read. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private Optional<KeyRecord> within(Optional<KeyRecord> found) {
        return found.filter(record -> reach.covers(record.workspace()));
    }

    private void note(@Nullable Throwable fault) {
        if (fault != null) {
            failure = String.valueOf(IndexException.unwrap(fault).getMessage());
        }
    }
}
