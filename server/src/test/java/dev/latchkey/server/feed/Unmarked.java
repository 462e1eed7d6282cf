package dev.latchkey.server.feed;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Never says that what it answers from has changed: a decision cannot notice what has happened while it waited. */
public record Unmarked(KeyIndex real) implements KeyIndex {

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return real.findKey(digest);
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return real.findWorkspace(id);
    }
}
