package dev.latchkey.index;

import io.lettuce.core.ScoredValue;
import io.lettuce.core.ZAddArgs;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Notes in Redis when keys were last used, under names that nobody tracks. A later time stays. This class is thread-safe. */
public final class RedisLastUses {
    private final RedisLink link;
    private final IndexSchema schema;

    public RedisLastUses(RedisLink link, IndexSchema schema) {
        this.link = link;
        this.schema = schema;
    }

    /**
     * Begins to note the uses of keys of one workspace.
     *
     * @param uses key ids to epoch milliseconds; at least one
     * @return completes when Redis has them, within the link's timeout; fails otherwise. Does not throw
     */
    public CompletableFuture<Long> note(String workspace, Map<String, Long> uses) {
        try {
            @SuppressWarnings("unchecked") // an array of a generic type
            ScoredValue<String>[] members = uses.entrySet().stream()
                    .map(use -> ScoredValue.just(use.getValue(), use.getKey()))
                    .toArray(ScoredValue[]::new);
            return link.commands()
                    .zadd(schema.used(workspace), ZAddArgs.Builder.gt(), members)
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
