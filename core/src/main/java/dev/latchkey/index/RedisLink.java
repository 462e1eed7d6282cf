package dev.latchkey.index;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis that comes up by itself, whenever Redis does. Starting does no I/O on the caller's thread, and a
 * Redis that is down is no error: {@link #commands()} then fails at once, so that nothing queues up behind a dead link.
 *
 * <p>Each command fails after the timeout; none is repeated on a later connection. This class is thread-safe.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final long RETRY_MILLIS = 200;
    private static final int MAX_QUEUED_COMMANDS = 16_384;

    private final RedisClient client;
    private final RedisURI uri;
    private final ScheduledExecutorService scheduler;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private volatile @Nullable String problem = "not connected to Redis yet";
    private volatile boolean closed;

    /**
     * @param uri where Redis is, with user and password; never printed
     * @param timeout of each command
     * @param resources of the caller, who closes them after this
     */
    public RedisLink(RedisURI uri, Duration timeout, ClientResources resources) {
        this.uri = uri;
        this.scheduler = resources.eventExecutorGroup();
        this.uri.setTimeout(CONNECT_TIMEOUT);
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true) // true = do not replay
                .requestQueueSize(MAX_QUEUED_COMMANDS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .pingBeforeActivateConnection(true)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .build());
    }

    /** Begins to connect, and goes on until it succeeds or this is closed. */
    public void start() {
        var unused = client.connectAsync(StringCodec.UTF8, uri).whenComplete((connected, failure) -> {
            if (failure == null) {
                established(connected);
            } else {
                failed(IndexException.unwrap(failure));
            }
        });
    }

    /** Gives up the present connection, which does not answer although it is open, and begins to connect anew. */
    void redial() {
        StatefulRedisConnection<String, String> silent = connection;
        if (silent == null || closed) {
            return;
        }
        problem = "connection to " + address() + " is silent, connecting anew";
        connection = null;
        log.warn("{}", problem);
        var unused = silent.closeAsync();
        start();
    }

    /**
     * Returns the commands of the connection.
     *
     * @throws IndexException with {@code UNAVAILABLE} if there is none
     */
    public RedisAsyncCommands<String, String> commands() {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null || !current.isOpen()) {
            throw new IndexException(IndexException.Fault.UNAVAILABLE, "no connection to Redis");
        }
        return current.async();
    }

    /** Returns what keeps the link down, for people; empty if it is up. Holds no secret. */
    public Optional<String> problem() {
        StatefulRedisConnection<String, String> current = connection;
        if (current != null) {
            return current.isOpen()
                    ? Optional.empty()
                    : Optional.of("connection to " + address() + " lost, reconnecting");
        }
        return Optional.ofNullable(problem);
    }

    /** Returns host, port and database, without user and password. */
    public String address() {
        return uri.getHost() + ":" + uri.getPort() + "/" + uri.getDatabase();
    }

    @Override
    public void close() {
        closed = true;
        client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
    }

    private void established(StatefulRedisConnection<String, String> connected) {
        if (closed) {
            var unused = connected.closeAsync();
            return;
        }
        connection = connected;
        problem = null;
        log.info("connected to Redis at {}", address());
    }

    private void failed(Throwable failure) {
        String text = "cannot connect to Redis at " + address() + ": " + rootMessage(failure);
        if (!text.equals(problem)) {
            log.warn("{}; trying again every {} ms", text, RETRY_MILLIS);
        }
        problem = text;
        if (!closed) {
            var unused = scheduler.schedule(this::start, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }
}
