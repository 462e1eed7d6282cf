package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.server.feed.RealFeed;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds back what has been read, while it is shut: answers have arrived, and nobody has been told yet. */
public final class Gate {
    private final AtomicInteger held = new AtomicInteger();
    private volatile CompletableFuture<Void> opening = CompletableFuture.completedFuture(null);

    public void shut() {
        opening = new CompletableFuture<>();
    }

    public void open() {
        opening.complete(null);
    }

    /** Waits until an answer is held back. */
    public void awaitHeld() {
        RealFeed.patiently().until(() -> held.get() > 0);
    }

    /** Returns {@code index}, read through this. */
    public KeyIndex before(KeyIndex index) {
        return new KeyIndex() {
            @Override
            public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
                return hold(index.findKey(digest));
            }

            @Override
            public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
                return hold(index.findWorkspace(id));
            }
        };
    }

    private <T> CompletableFuture<T> hold(CompletableFuture<T> read) {
        return read.thenCompose(found -> {
            CompletableFuture<Void> passing = opening;
            if (!passing.isDone()) {
                held.incrementAndGet();
            }
            return passing.thenApply(open -> found);
        });
    }
}
