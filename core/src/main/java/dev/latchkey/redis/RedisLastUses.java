package dev.latchkey.redis;

import dev.latchkey.index.IndexSchema;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ZAddArgs;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes in Redis when keys were last used, under names that nobody tracks. A later time stays. This class is thread-safe. */
public final class RedisLastUses {
    private static final Logger log = LoggerFactory.getLogger(RedisLastUses.class);

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
     * @return completes when the link's timeout is over, at the latest: with true when Redis has them, with false if it refuses
     *     them, which may be for this workspace only. Fails if Redis does not answer, or not now. Does not throw
     */
    public CompletableFuture<Boolean> note(String workspace, Map<String, Long> uses) {
        try {
            @SuppressWarnings("unchecked") // an array of a generic type
            ScoredValue<String>[] members = uses.entrySet().stream()
                    .map(use -> ScoredValue.just(use.getValue(), use.getKey()))
                    .toArray(ScoredValue[]::new);
            return link.commands()
                    .zadd(schema.used(workspace), ZAddArgs.Builder.gt(), members)
                    .handle((count, failure) -> {
                        if (failure == null) {
                            return true;
                        }
                        if (failure instanceof RedisCommandExecutionException
                                && RedisError.kindOf(String.valueOf(failure.getMessage())) != RedisError.Kind.PASSING) {
                            log.debug("Redis refuses the last uses of keys of {}: {}", workspace, failure.getMessage());
                            return false;
                        }
                        throw new CompletionException(failure);
                    })
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
