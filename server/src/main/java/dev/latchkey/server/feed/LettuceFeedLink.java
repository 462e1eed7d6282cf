package dev.latchkey.server.feed;

import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.redis.RecordOutput;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLink;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TrackingInfo;
import io.lettuce.core.TrackingInfo.TrackingFlag;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/** A feed link over a {@link RedisLink}. Pushes are delivered on the event loop, in the order of the stream. */
final class LettuceFeedLink implements FeedLink {
    private final RedisLink link;
    private final IndexSchema schema;

    /** @param link used only by this feed; not started yet */
    LettuceFeedLink(RedisLink link, IndexSchema schema) {
        this.link = link;
        this.schema = schema;
    }

    @Override
    public void watch(Watcher watcher) {
        link.watch(new RedisLink.Watcher() {
            @Override
            public void connected(StatefulRedisConnection<String, String> connection) {
                watcher.connected(new Connection(connection, schema));
            }

            @Override
            public void lost(StatefulRedisConnection<String, String> connection) {
                watcher.lost(new Connection(connection, schema));
            }
        });
    }

    @Override
    public void start() {
        link.start();
    }

    @Override
    public void redial(FeedConnection unwanted, String reason) {
        if (unwanted instanceof Connection known) {
            link.redial(known.connection, reason);
        }
    }

    @Override
    public Optional<String> problem() {
        return link.problem();
    }

    private record Connection(StatefulRedisConnection<String, String> connection, IndexSchema schema)
            implements FeedConnection {

        @Override
        public boolean carriesPushes() {
            return RedisLink.carriesPushes(connection);
        }

        @Override
        public void listen(Pushes pushes) {
            connection.addListener(message -> {
                try {
                    show(message, pushes);
                } catch (Throwable e) {
                    pushes.failed(e);
                }
            });
        }

        /**
         * Delivers an invalidation. Its content is the word {@code invalidate}, then a list of names, or
         * null for all records.
         */
        private static void show(PushMessage message, Pushes pushes) {
            if (!message.getType().equals("invalidate")) {
                return;
            }
            if (message.getContent(StringCodec.UTF8::decodeKey).get(1) instanceof List<?> names) {
                names.forEach(name -> pushes.changed((String) name));
            } else {
                pushes.flushed();
            }
        }

        @Override
        public CompletionStage<Optional<String>> track() {
            String[] prefixes = schema.tracked().toArray(String[]::new);
            return connection
                    .async()
                    .clientTracking(TrackingArgs.Builder.enabled().bcast().prefixes(prefixes))
                    .handle((ok, failure) -> {
                        if (failure == null) {
                            return Optional.empty();
                        }
                        Throwable cause = IndexException.unwrap(failure);
                        if (cause instanceof RedisCommandExecutionException) {
                            return Optional.of(String.valueOf(cause.getMessage()));
                        }
                        throw new CompletionException(cause);
                    });
        }

        @Override
        public CompletionStage<Status> status() {
            return connection
                    .async()
                    .clientTrackinginfo()
                    .thenCombine(
                            connection.async().time(), (info, time) -> new Status(isOn(info), IndexClock.millis(time)));
        }

        private boolean isOn(TrackingInfo info) {
            return info.getFlags().contains(TrackingFlag.ON)
                    && info.getFlags().contains(TrackingFlag.BCAST)
                    && info.getPrefixes().containsAll(schema.tracked());
        }

        @Override
        public <T> CompletionStage<T> canaryWrittenAt(LongFunction<T> onArrival) {
            AsyncCommand<String, String, Map<String, String>> command = new AsyncCommand<>(new Command<>(
                    CommandType.HGETALL,
                    new RecordOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).addKey(schema.canary())));
            // Attached before the command is sent: a later callback might run late, and on another thread.
            CompletionStage<T> arrived =
                    command.thenApply(fields -> onArrival.apply(Long.parseLong(fields.getOrDefault("at", "0"))));
            var unused = connection.dispatch(command);
            return arrived;
        }

        @Override
        public KeyIndex records() {
            return new RedisKeyIndex(connection::async, schema);
        }
    }
}
