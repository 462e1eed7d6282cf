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

/**
 * A writer that records in Redis when keys were last used, under names that no client tracks. An earlier time never
 * overwrites a later one.
 *
 * <p>This class is thread-safe.
 */
public final class RedisLastUses {
    private static final Logger log = LoggerFactory.getLogger(RedisLastUses.class);

    private final RedisLink link;
    private final IndexSchema schema;

    public RedisLastUses(RedisLink link, IndexSchema schema) {
        this.link = link;
        this.schema = schema;
    }

    /**
     * Starts to record the uses of keys of one workspace. This method does not throw.
     *
     * @param uses the epoch milliseconds of the last use by key id; not empty
     * @return a future that completes within the timeout of the link: with true if Redis has stored the uses; with
     *     false if Redis refuses them, perhaps for this workspace only. The future fails if Redis does not respond or
     *     is temporarily unable to store the uses
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
