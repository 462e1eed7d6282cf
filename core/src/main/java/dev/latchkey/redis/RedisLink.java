package dev.latchkey.redis;

import dev.latchkey.index.IndexException;
import dev.latchkey.log.TroubleLog;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to Redis that establishes itself whenever Redis is available. Starting the link does no I/O on the
 * caller's thread. A Redis that is down is not an error: {@link #commands()} then fails at once, so that nothing queues
 * behind a dead connection. Over {@code rediss} the certificate must be trusted and must match the host; the link never
 * falls back to plain text.
 *
 * <p>The link replaces a lost connection by a new one instead of letting Lettuce reconnect, so that the cause of each
 * failure is known. Each command fails after the timeout, and no command is repeated on a later connection.
 *
 * <p>The link closes every connection, however the connection ended: Lettuce keeps a connection that Redis has closed,
 * with its queue of commands, until the client closes it as well.
 *
 * <p>This class is thread-safe.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    /** The topic under which all links to one Redis log. */
    private static final String CONNECTION = "connection";

    private static final String PROTOCOL = "protocol";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TLS_CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** The shortest delay after a refused login, because Redis logs each refusal. */
    private static final long RETRY_REFUSED_MILLIS = 1000;

    /**
     * The number of attempts in a row that Redis can end without an error message before the link reports a problem.
     * Such a message can be lost, and the next attempt then reveals the cause.
     */
    private static final int CLOSINGS_PASSED_OVER = 2;

    private static final int CLOSINGS_PASSED_OVER_AFTER_REFUSAL = 5;

    private final AsyncRedisClient client;
    private final Supplier<RedisURI> uri;
    private final Duration connectTimeout;
    private volatile RedisPeer peer;
    private final RetryPace pace;
    private final TroubleLog troubles;
    private final TlsFiles files;
    private final Duration timeout;
    private final ClientResources resources;
    private final ScheduledExecutorService scheduler;
    private volatile @Nullable Watcher watcher;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private volatile String problem;
    private volatile CompletableFuture<?> attempt = CompletableFuture.completedFuture(null);
    private volatile boolean closed;
    private volatile long connectedAt;
    /**
     * The failed attempts since a connection last worked, including connections that were lost right after they opened.
     */
    private final AtomicInteger failures = new AtomicInteger();
    /**
     * How many more attempts Redis can end without an error message before the link reports a problem. Attempts never
     * overlap, so only one attempt at a time uses this field.
     */
    private final AtomicInteger passedOver = new AtomicInteger(CLOSINGS_PASSED_OVER);

    /**
     * @param uri the address of Redis, with user and password; never printed
     * @param timeout the timeout of each command
     * @param resources the resources of the caller, who closes them after this link
     */
    public RedisLink(RedisURI uri, Duration timeout, ClientResources resources) {
        this(uri, TlsFiles.NONE, timeout, resources);
    }

    /** Creates a link as above, with PEM files for a {@code rediss} URI. */
    public RedisLink(RedisURI uri, TlsFiles files, Duration timeout, ClientResources resources) {
        this(uri, files, timeout, resources, RetryPace.ofSystem());
    }

    /**
     * Creates a link as above.
     *
     * @param pace the backoff between attempts to connect
     */
    public RedisLink(RedisURI uri, TlsFiles files, Duration timeout, ClientResources resources, RetryPace pace) {
        this(() -> uri, files, timeout, resources, pace);
    }

    /**
     * Creates a link as above.
     *
     * @param uri the supplier of the URI, called for each connection, so that a password can change; can read a file.
     *     All URIs must agree on whether TLS is used
     */
    public RedisLink(
            Supplier<RedisURI> uri, TlsFiles files, Duration timeout, ClientResources resources, RetryPace pace) {
        this(uri, files, timeout, resources, pace, new TroubleLog(System::nanoTime));
    }

    private RedisLink(
            Supplier<RedisURI> uri,
            TlsFiles files,
            Duration timeout,
            ClientResources resources,
            RetryPace pace,
            TroubleLog troubles) {
        this.troubles = troubles;
        this.pace = pace;
        this.files = files;
        this.timeout = timeout;
        this.resources = resources;
        this.uri = uri;
        RedisURI first = uri.get();
        this.peer = RedisPeer.of(first);
        this.problem = "not connected to Redis at " + peer.address() + " yet";
        this.scheduler = resources.eventExecutorGroup();
        this.connectTimeout = first.isSsl() ? TLS_CONNECT_TIMEOUT : CONNECT_TIMEOUT;
        this.client = new AsyncRedisClient(resources);
        client.setOptions(LinkOptions.of(files, timeout, connectTimeout));
        client.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> disconnected) {
                lost(disconnected);
            }
        });
    }

    /**
     * Returns a new link to the same Redis, not started yet. Both links share one log, so that a common problem
     * is logged once.
     */
    public RedisLink sibling() {
        return new RedisLink(uri, files, timeout, resources, pace, troubles);
    }

    /**
     * A listener for the connections of a link. For each connection the link calls {@link #connected} first, and
     * {@link #lost} once when the connection is gone. Implementations must not block.
     */
    public interface Watcher {

        /** Called for a new connection, on which only the commands of the login have been sent. */
        void connected(StatefulRedisConnection<String, String> connection);

        void lost(StatefulRedisConnection<String, String> connection);
    }

    /** Registers the only listener for the connections of this link. Must be called before {@link #start}. */
    public void watch(Watcher only) {
        watcher = only;
    }

    /** Starts to connect, and retries until an attempt succeeds or this link is closed. */
    public void start() {
        try {
            RedisURI current = uri.get();
            current.setTimeout(connectTimeout);
            peer = RedisPeer.of(current);
            attempt = client.connectAsync(StringCodec.UTF8, current)
                    .whenComplete((connected, failure) -> {
                        if (failure == null) {
                            established(connected);
                        } else {
                            failed(IndexException.unwrap(failure));
                        }
                    })
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /**
     * Closes the connection of {@code commands}, which is open but does not respond, and reconnects. Does nothing if
     * another connection has replaced it.
     */
    public void redialSilent(RedisAsyncCommands<String, String> commands) {
        StatefulRedisConnection<String, String> silent = connection;
        if (silent != null && silent.async() == commands) {
            redial(silent, "the connection to Redis at " + peer.address() + " is silent, connecting anew");
        }
    }

    /** Closes {@code unwanted}, if it is the current connection, and reconnects. */
    public void redial(StatefulRedisConnection<String, String> unwanted, String reason) {
        if (closed || !giveUp(unwanted, reason)) {
            return;
        }
        retryAfter(delayAfterLoss());
    }

    /**
     * Returns the commands of the current connection.
     *
     * @throws IndexException with {@code UNAVAILABLE} if there is no connection
     */
    public RedisAsyncCommands<String, String> commands() {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null || !current.isOpen()) {
            throw new IndexException(IndexException.Fault.UNAVAILABLE, "no connection to Redis");
        }
        return current.async();
    }

    /** Returns whether {@code commands} belong to the current connection, and not to an earlier one. */
    public boolean isCurrent(RedisAsyncCommands<String, String> commands) {
        StatefulRedisConnection<String, String> current = connection;
        return current != null && current.async() == commands;
    }

    /**
     * Returns why the link is down and how to fix the problem, for people and without secrets; empty if the link is up.
     */
    public Optional<String> problem() {
        StatefulRedisConnection<String, String> current = connection;
        return current != null && current.isOpen() ? Optional.empty() : Optional.of(problem);
    }

    /** Returns a limitation of a link that is up, for people; empty if there is none. */
    public Optional<String> note() {
        StatefulRedisConnection<String, String> current = connection;
        return current != null && !carriesPushes(current)
                ? Optional.of("Redis at " + peer.address() + ", or a proxy before it, speaks RESP2 only;"
                        + " Latchkey reads from it, and gets no pushes")
                : Optional.empty();
    }

    /** Returns whether Redis can send pushes on {@code connection}, that is, whether the connection uses RESP3. */
    public static boolean carriesPushes(StatefulRedisConnection<String, String> connection) {
        return connection instanceof StatefulRedisConnectionImpl<?, ?> known
                && known.getConnectionState().getNegotiatedProtocolVersion() == ProtocolVersion.RESP3;
    }

    /** Returns the meaning of a failed command and how to fix the problem, for people and without secrets. */
    public String explain(Throwable failure) {
        return peer.explain(failure);
    }

    /**
     * Returns a message about permissions that the user lacks. The {@code rules} have the form of {@code ACL SETUSER}.
     */
    public String explainLack(Iterable<String> rules) {
        return peer.lacks(rules);
    }

    /** Returns the log in which this link and its users report problems. */
    public TroubleLog troubles() {
        return troubles;
    }

    /** Returns host, port and database, without user and password. */
    public String address() {
        return peer.address();
    }

    /** Returns the number of connections, including those that are being opened or closed; one in a steady state. */
    public int held() {
        return client.held();
    }

    @Override
    public void close() {
        closed = true;
        awaitAttempt();
        client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
    }

    /**
     * Waits for the attempt in flight: Lettuce loses track of a connection that opens while its client shuts down, and
     * leaves it open.
     */
    private void awaitAttempt() {
        try {
            attempt.get(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            log.debug("the last attempt to connect to Redis at {} did not succeed", peer.address(), e);
        }
    }

    private void established(StatefulRedisConnection<String, String> connected) {
        if (closed) {
            var unused = connected.closeAsync();
            return;
        }
        problem = lost();
        passedOver.set(CLOSINGS_PASSED_OVER);
        connectedAt = System.nanoTime();
        connection = connected;
        if (closed) {
            // close() may have run meanwhile, and may have missed this connection.
            var unused = connected.closeAsync();
            return;
        }
        if (!tell(connected)) {
            return;
        }
        troubles.works(CONNECTION, "connected to Redis at " + peer.address());
        note().ifPresentOrElse(
                        text -> troubles.wrong(PROTOCOL, text),
                        () -> troubles.right(PROTOCOL, "Redis at " + peer.address() + " speaks RESP3"));
        if (!connected.isOpen()) {
            lost(connected);
        }
    }

    /**
     * Tells the watcher about a new connection. If the watcher fails, it has not seen the connection, which
     * is therefore replaced.
     */
    private boolean tell(StatefulRedisConnection<String, String> connected) {
        Watcher told = watcher;
        try {
            if (told != null) {
                told.connected(connected);
            }
            return true;
        } catch (RuntimeException e) {
            log.error("a new connection to Redis at {} could not be used, connecting anew", peer.address(), e);
            redial(connected, lost());
            return false;
        }
    }

    private void lost(Object disconnected) {
        if (!closed && giveUp(disconnected, lost())) {
            retryAfter(delayAfterLoss());
        }
    }

    /**
     * Returns the delay after the loss of a connection. Only a connection that lasted proves that Redis works; the loss
     * of a younger one counts as a failed attempt, so that repeated attempts become rare.
     */
    private long delayAfterLoss() {
        if (System.nanoTime() - connectedAt < pace.steady().toNanos()) {
            return pace.millis(failures.incrementAndGet());
        }
        failures.set(0);
        return pace.millis(0);
    }

    private String lost() {
        return "the connection to Redis at " + peer.address() + " is lost, connecting anew";
    }

    /**
     * Drops the connection if it is the current one: tells the watcher, then closes the connection. The loss is not
     * logged yet, because the next attempt reveals the cause or succeeds at once.
     */
    private boolean giveUp(Object disconnected, String text) {
        StatefulRedisConnection<String, String> gone;
        synchronized (this) {
            gone = connection;
            if (gone == null || gone != disconnected) {
                return false;
            }
            problem = text;
            connection = null;
        }
        Watcher told = watcher;
        try {
            if (told != null) {
                told.lost(gone);
            }
        } finally {
            var unused = gone.closeAsync();
        }
        return true;
    }

    private void failed(Throwable failure) {
        if (closed) {
            return;
        }
        Optional<RedisError.Kind> refusal = RedisPeer.find(failure, RedisCommandExecutionException.class)
                .map(error -> RedisError.kindOf(String.valueOf(error.getMessage())));
        boolean refused = refusal.isPresent();
        if (isWithoutCause(failure)) {
            // Redis ended the connection before Lettuce looked, so the cause is lost. An earlier or later
            // attempt reveals it.
            log.debug("no connection to Redis at {}", peer.address(), failure);
        } else {
            passedOver.set(refused ? CLOSINGS_PASSED_OVER_AFTER_REFUSAL : CLOSINGS_PASSED_OVER);
            problem = peer.explain(failure);
            troubles.wrong(CONNECTION, problem);
        }
        long delay = pace.millis(failures.incrementAndGet());
        boolean logged = refusal.filter(RedisError.Kind.LOGIN::equals).isPresent();
        retryAfter(logged ? Math.max(RETRY_REFUSED_MILLIS, delay) : delay);
    }

    /**
     * Returns whether a failure does not reveal its cause. Either Lettuce no longer found its handshake, which it
     * reports directly or in a wrapper. Or Redis closed the connection, and its error message, such as a refused login,
     * did not arrive in time. If no message arrives in several attempts in a row, the link reports this as the cause.
     */
    private boolean isWithoutCause(Throwable failure) {
        if (RedisPeer.find(failure, IllegalStateException.class).isPresent()) {
            return true;
        }
        return RedisPeer.isWordless(failure) && passedOver.getAndDecrement() > 0;
    }

    private void retryAfter(long millis) {
        var unused = scheduler.schedule(
                () -> {
                    if (!closed) {
                        start();
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }
}
