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
 * One connection to Redis that comes up by itself, whenever Redis does. Starting does no I/O on the caller's thread, and a
 * Redis that is down is no error: {@link #commands()} then fails at once, so that nothing queues up behind a dead link. Over
 * {@code rediss} the certificate must be trusted and be for the host; there is no way back to plain text.
 *
 * <p>A connection that is lost is replaced by a new one, not mended by Lettuce, so that the cause of each failure is known.
 * Each command fails after the timeout; none is repeated on a later connection.
 *
 * <p>A connection is closed however it ends: Lettuce keeps one that Redis has closed, with its queue of commands, until it is
 * closed here as well. This class is thread-safe.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    /** What the links to one Redis say together. */
    private static final String CONNECTION = "connection";

    private static final String PROTOCOL = "protocol";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TLS_CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** The shortest wait after a refused login, of which Redis keeps a log. */
    private static final long RETRY_REFUSED_MILLIS = 1000;

    /** So many closings without a word may have had one that did not arrive: the next attempt tells the cause. */
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
    /** Attempts that failed since a connection last worked, and connections that were lost at once. */
    private final AtomicInteger failures = new AtomicInteger();
    /** How many more closings without a word are passed over. Of one attempt after the other. */
    private final AtomicInteger passedOver = new AtomicInteger(CLOSINGS_PASSED_OVER);

    /**
     * @param uri where Redis is, with user and password; never printed
     * @param timeout of each command
     * @param resources of the caller, who closes them after this
     */
    public RedisLink(RedisURI uri, Duration timeout, ClientResources resources) {
        this(uri, TlsFiles.NONE, timeout, resources);
    }

    /** As above, over {@code rediss} with certificates of the caller's. */
    public RedisLink(RedisURI uri, TlsFiles files, Duration timeout, ClientResources resources) {
        this(uri, files, timeout, resources, RetryPace.ofSystem());
    }

    /**
     * As above.
     *
     * @param pace of the attempts to connect
     */
    public RedisLink(RedisURI uri, TlsFiles files, Duration timeout, ClientResources resources, RetryPace pace) {
        this(() -> uri, files, timeout, resources, pace);
    }

    /**
     * As above.
     *
     * @param uri asked for each connection, so that a password can change; may read a file. With or without TLS each time alike
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

    /** Returns another link to the same Redis, not started yet, which shares this one's log: what both meet is said once. */
    public RedisLink sibling() {
        return new RedisLink(uri, files, timeout, resources, pace, troubles);
    }

    /** Is told of each connection of a link: first that it is there, then, once, that it is gone. Must not block. */
    public interface Watcher {

        /** No command has been sent on it yet but those of the login. */
        void connected(StatefulRedisConnection<String, String> connection);

        void lost(StatefulRedisConnection<String, String> connection);
    }

    /** Has {@code watcher} told of every connection; to be called before the start. */
    public void watch(Watcher only) {
        watcher = only;
    }

    /** Begins to connect, and goes on until it succeeds or this is closed. */
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
     * Gives up the connection of {@code commands}, which does not answer although it is open, and begins to connect anew; does
     * nothing if it is not the present one.
     */
    public void redialSilent(RedisAsyncCommands<String, String> commands) {
        StatefulRedisConnection<String, String> silent = connection;
        if (silent != null && silent.async() == commands) {
            redial(silent, "the connection to Redis at " + peer.address() + " is silent, connecting anew");
        }
    }

    /** Gives up {@code unwanted}, if it is the present connection, and begins to connect anew. */
    public void redial(StatefulRedisConnection<String, String> unwanted, String reason) {
        if (closed || !giveUp(unwanted, reason)) {
            return;
        }
        retryAfter(delayAfterLoss());
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

    /** Tells whether {@code commands} are those of the present connection, and not of one that is gone. */
    public boolean isCurrent(RedisAsyncCommands<String, String> commands) {
        StatefulRedisConnection<String, String> current = connection;
        return current != null && current.async() == commands;
    }

    /** Returns what keeps the link down and what to do about it, for people; empty if it is up. Holds no secret. */
    public Optional<String> problem() {
        StatefulRedisConnection<String, String> current = connection;
        return current != null && current.isOpen() ? Optional.empty() : Optional.of(problem);
    }

    /** Returns what is to be known of a link that is up, for people; empty if there is nothing. */
    public Optional<String> note() {
        StatefulRedisConnection<String, String> current = connection;
        return current != null && !carriesPushes(current)
                ? Optional.of("Redis at " + peer.address() + ", or a proxy before it, speaks RESP2 only;"
                        + " Latchkey reads from it, and gets no pushes")
                : Optional.empty();
    }

    /** Tells whether Redis can push anything on {@code connection}: whether it speaks RESP3. */
    public static boolean carriesPushes(StatefulRedisConnection<String, String> connection) {
        return connection instanceof StatefulRedisConnectionImpl<?, ?> known
                && known.getConnectionState().getNegotiatedProtocolVersion() == ProtocolVersion.RESP3;
    }

    /** Returns what {@code failure} of a command means and what to do about it, for people; holds no secret. */
    public String explain(Throwable failure) {
        return peer.explain(failure);
    }

    /** Returns what to say of permissions that the user lacks, in the form of {@code ACL SETUSER}. */
    public String explainLack(Iterable<String> rules) {
        return peer.lacks(rules);
    }

    /** Returns where this link and who uses it say what is wrong. */
    public TroubleLog troubles() {
        return troubles;
    }

    /** Returns host, port and database, without user and password. */
    public String address() {
        return peer.address();
    }

    /** Returns how many connections this holds, those included that are being opened or closed: one in a steady state. */
    public int held() {
        return client.held();
    }

    @Override
    public void close() {
        closed = true;
        awaitAttempt();
        client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
    }

    /** Lettuce forgets, and leaves open, a connection that is being opened while its client shuts down. */
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
            // It was closed meanwhile, and may have looked for connections before this one was there.
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

    /** A watcher that fails has not seen the connection: it is replaced. */
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

    /** Only a connection that lasted shows that Redis can be used: others, one after the other, are to be rare. */
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

    /** Closes it as well. Not said in the log yet: the next attempt tells the cause, or succeeds at once. */
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
            // Redis had ended the connection before Lettuce looked, and the cause is lost: one before tells it, or the
            // next.
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
     * Tells whether a failure says nothing of its cause: Lettuce found no handshake any more, which it says itself or wraps; or
     * Redis closed the connection, and its words, such as a refusal of the login, did not arrive in time. If they do not arrive
     * again and again, that is a cause of its own.
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
