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
 * Reads the index from Redis itself: one {@code HGETALL} a record. Each read is bounded by the link's timeout. Futures
 * complete on the link's event loop.
 */
public final class RedisKeyIndex implements KeyIndex {
    private final Supplier<RedisAsyncCommands<String, String>> redis;
    private final IndexSchema schema;
    private final SharedParts shared = new SharedParts();

    public RedisKeyIndex(RedisLink link, IndexSchema schema) {
        this(link::commands, schema);
    }

    /** @param redis the commands to read with, asked for each read; throws {@link IndexException} if there is no connection */
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
