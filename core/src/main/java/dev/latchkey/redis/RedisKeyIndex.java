package dev.latchkey.redis;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.SharedParts;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A {@link KeyIndex} that reads Redis directly, with one {@code HGETALL} per record. The timeout of the link bounds
 * each read. Futures complete on the event loop of the link.
 */
public final class RedisKeyIndex implements KeyIndex {
    private final Supplier<RedisAsyncCommands<String, String>> redis;
    private final IndexSchema schema;
    private final SharedParts shared = new SharedParts();

    public RedisKeyIndex(RedisLink link, IndexSchema schema) {
        this(link::commands, schema);
    }

    /**
     * @param redis the supplier of the commands, called for each read; throws {@link IndexException} if the
     *     link is down
     */
    public RedisKeyIndex(Supplier<RedisAsyncCommands<String, String>> redis, IndexSchema schema) {
        this.redis = redis;
        this.schema = schema;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return read(schema.key(digest), fields -> shared.share(IndexSchema.decodeKey(fields)));
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return read(schema.workspace(id), fields -> IndexSchema.decodeWorkspace(id, fields));
    }

    private <T> CompletableFuture<Optional<T>> read(String name, Function<Map<String, String>, T> decode) {
        try {
            return redis.get().hgetall(name).toCompletableFuture().handle((fields, failure) -> {
                if (failure != null) {
                    throw translate(IndexException.unwrap(failure));
                }
                return fields.isEmpty() ? Optional.<T>empty() : Optional.of(decode.apply(fields));
            });
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(translate(e));
        }
    }

    private static IndexException translate(Throwable failure) {
        if (failure instanceof IndexException known) {
            return known;
        }
        if (failure instanceof RedisCommandTimeoutException) {
            return new IndexException(IndexException.Fault.TIMEOUT, "no answer from Redis in time");
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof RedisCommandExecutionException
                && RedisError.kindOf(message) == RedisError.Kind.BAD_RECORD) {
            return new IndexException(IndexException.Fault.BAD_RECORD, "a record is not a hash");
        }
        return new IndexException(IndexException.Fault.UNAVAILABLE, message);
    }
}
