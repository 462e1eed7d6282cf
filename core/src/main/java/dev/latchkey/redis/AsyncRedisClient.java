package dev.latchkey.redis;

import io.lettuce.core.RedisAsyncCommandsImpl;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisReactiveCommandsImpl;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.reactive.RedisReactiveCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Lettuce client whose connections to Redis support only {@code async()}. Lettuce would otherwise create two further
 * kinds of commands for each connection: a proxy for a thousand methods, and the reactive half of the library. A reply
 * whose type does not fit its command becomes an error, see {@link StrictOutput}.
 */
public final class AsyncRedisClient extends RedisClient {

    /** @param resources the resources of the caller, who closes them after this client */
    public AsyncRedisClient(ClientResources resources) {
        super(resources, new RedisURI());
    }

    /** Returns the number of connections, including those that are being opened or closed. */
    int held() {
        return closeableResources.size();
    }

    @Override
    protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(
            RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
        return new AsyncConnection<>(writer, pushes, codec, timeout);
    }

    private static final class AsyncConnection<K, V> extends StatefulRedisConnectionImpl<K, V> {
        AsyncConnection(RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
            super(writer, pushes, codec, timeout);
        }

        @Override
        protected RedisAsyncCommandsImpl<K, V> newRedisAsyncCommandsImpl() {
            return new StrictCommands<>(this, codec);
        }

        @Override
        protected @Nullable RedisCommands<K, V> newRedisSyncCommandsImpl() {
            return null;
        }

        @Override
        protected @Nullable RedisReactiveCommandsImpl<K, V> newRedisReactiveCommandsImpl() {
            return null;
        }

        @Override
        public RedisCommands<K, V> sync() {
            throw new UnsupportedOperationException("async() only");
        }

        @Override
        public RedisReactiveCommands<K, V> reactive() {
            throw new UnsupportedOperationException("async() only");
        }
    }

    /** Commands that turn a reply of an unexpected type into an error. */
    private static final class StrictCommands<K, V> extends RedisAsyncCommandsImpl<K, V> {
        private final RedisCodec<K, V> codec;

        StrictCommands(StatefulRedisConnection<K, V> connection, RedisCodec<K, V> codec) {
            super(connection, codec);
            this.codec = codec;
        }

        @Override
        public RedisFuture<Map<K, V>> hgetall(K key) {
            return super.dispatch(new Command<>(
                    CommandType.HGETALL, new RecordOutput<>(codec), new CommandArgs<>(codec).addKey(key)));
        }

        @Override
        public <T> AsyncCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
            StrictOutput.apply(codec, command);
            return super.dispatch(command);
        }
    }
}
