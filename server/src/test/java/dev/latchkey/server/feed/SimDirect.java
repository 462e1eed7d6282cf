package dev.latchkey.server.feed;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexException.Fault;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The index as it is read past the cache: each read for itself, in whatever order. */
final class SimDirect implements KeyIndex {
    private final SimWorld world;

    SimDirect(SimWorld world) {
        this.world = world;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return read(() -> world.redis.read(digest));
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return read(world.redis::readWorkspace);
    }

    private <T> CompletableFuture<T> read(Supplier<T> execution) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (world.redis.isDown()) {
            answer.completeExceptionally(new IndexException(Fault.UNAVAILABLE, "simulated"));
            return answer;
        }
        world.time.timer(
                SimConnection.TIMEOUT,
                () -> answer.completeExceptionally(new IndexException(Fault.TIMEOUT, "simulated")));
        world.network.toRedis(() -> world.redis.submit(answer, () -> {
            T found = execution.get();
            world.network.toSidecar(() -> answer.complete(found));
        }));
        return answer;
    }
}
