package dev.latchkey.control.redis;

import dev.latchkey.control.redis.StoreException.Fault;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.redis.RedisError;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.health.RedisUsers;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.async.RedisServerAsyncCommands;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A blocking client of Redis: it sends commands or scripts and waits for the responses, within a bound of its own.
 * Every failure is a {@link StoreException}.
 *
 * <p>This class is thread-safe.
 */
public final class RedisCalls {
    private static final Pattern DIGEST = Pattern.compile("[0-9]\\.[A-Za-z0-9_-]{43}");

    private final RedisLink link;
    private final Duration bound;
    private final Runnable gate;
    private final ScriptPermissions permissions;
    private volatile long lastAnswer = System.nanoTime();

    /**
     * @param bound the longest wait for a response; the link's own timeout should not be longer
     * @param gate runs before each command, and throws if the current call must not reach the store
     */
    public RedisCalls(RedisLink link, IndexSchema schema, Duration bound, Runnable gate) {
        this.link = link;
        this.bound = bound;
        this.gate = gate;
        this.permissions = new ScriptPermissions(RedisUsers.control(schema.prefix()));
    }

    /** Sends {@code command} and returns its response, which is null if Redis answers null. */
    public <T extends @Nullable Object> T call(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        try {
            return await(command);
        } catch (RedisCommandExecutionException e) {
            throw refused(e);
        }
    }

    /**
     * Returns a message about permissions that the control plane's user lacks; empty if it lacks none.
     *
     * @throws StoreException if Redis does not tell
     */
    Optional<String> lack() {
        try {
            return askForLack();
        } catch (RedisCommandExecutionException e) {
            String message = String.valueOf(e.getMessage());
            if (RedisError.of(message) == RedisError.NOPERM) {
                return Optional.of(link.explainLack(Set.of("+eval")));
            }
            throw refused(e);
        }
    }

    private Optional<String> askForLack() {
        Set<String> lacking = permissions.lacking(this.<String>await(redis ->
                redis.eval(ScriptPermissions.SCRIPT, ScriptOutputType.VALUE, new String[0], permissions.attempts())));
        return lacking.isEmpty() ? Optional.empty() : Optional.of(link.explainLack(lacking));
    }

    /**
     * Sends all {@code commands}, then waits for all responses within a single bound. Each command has its own result:
     * a command that fails does not affect the others. Never throws.
     */
    public <T extends @Nullable Object> List<Answer<T>> all(
            List<Function<RedisAsyncCommands<String, String>, RedisFuture<T>>> commands) {
        if (commands.isEmpty()) {
            return List.of();
        }
        RedisAsyncCommands<String, String> redis;
        try {
            redis = commands();
        } catch (StoreException e) {
            return Collections.nCopies(commands.size(), new Answer.Missing<T>(e));
        }
        long sent = System.nanoTime();
        List<Future<T>> futures =
                commands.stream().map(command -> send(redis, command)).toList();
        // Explaining a refusal may take another call to Redis, so equal messages are explained once.
        Map<String, StoreException> refusals = new HashMap<>();
        return futures.stream()
                .map(future -> answer(redis, future, sent, refusals))
                .toList();
    }

    /** As {@link #all(List)}, with the command of each item. */
    public <I, T extends @Nullable Object> List<Answer<T>> all(
            List<I> items, Function<I, Function<RedisAsyncCommands<String, String>, RedisFuture<T>>> command) {
        return all(items.stream().map(command).toList());
    }

    private <T extends @Nullable Object> Answer<T> answer(
            RedisAsyncCommands<String, String> redis,
            Future<T> future,
            long sent,
            Map<String, StoreException> refusals) {
        try {
            return new Answer.Given<T>(await(redis, future, sent));
        } catch (StoreException e) {
            return new Answer.Missing<T>(e);
        } catch (RedisCommandExecutionException e) {
            return new Answer.Missing<T>(
                    refusals.computeIfAbsent(String.valueOf(e.getMessage()), message -> refused(e)));
        }
    }

    /** Waits for the response. Throws a {@link StoreException}, or the error with which Redis answered. */
    private <T extends @Nullable Object> T await(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        RedisAsyncCommands<String, String> redis = commands();
        long sent = System.nanoTime();
        return await(redis, send(redis, command), sent);
    }

    private static <T extends @Nullable Object> Future<T> send(
            RedisAsyncCommands<String, String> redis,
            Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        try {
            return command.apply(redis);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T extends @Nullable Object> T await(
            RedisAsyncCommands<String, String> redis, Future<T> future, long sent) {
        try {
            T answer = future.get(sent + bound.toNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
            lastAnswer = System.nanoTime();
            return answer;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof RedisCommandExecutionException) {
                lastAnswer = System.nanoTime();
            } else if (cause instanceof RedisCommandTimeoutException) {
                unanswered(redis, sent);
            }
            throw translate(cause);
        } catch (TimeoutException | CancellationException e) {
            unanswered(redis, sent);
            throw uncertain(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw uncertain(e);
        }
    }

    private RedisAsyncCommands<String, String> commands() {
        gate.run();
        try {
            return link.commands();
        } catch (IndexException e) {
            throw unreachable();
        }
    }

    /**
     * Gives up the connection if Redis has answered nothing since {@code sent}, the time of a command that has timed
     * out. TCP alone takes minutes to notice a broken path or one that a firewall has forgotten, and until then nobody
     * could revoke a key.
     */
    private void unanswered(RedisAsyncCommands<String, String> redis, long sent) {
        if (lastAnswer - sent < 0) {
            link.redialSilent(redis);
        }
    }

    /**
     * A script with its keys and arguments. All keys lie in one slot of a cluster. The whole text is sent each time:
     * scripts are short, most are rare, and a restarted Redis has none of them cached.
     */
    public record Script(String text, List<String> keys, List<String> args) {

        /** Runs the script, which answers a number. */
        public RedisFuture<Long> number(RedisAsyncCommands<String, String> redis) {
            return run(redis, ScriptOutputType.INTEGER);
        }

        /** Runs the script, which answers a string. */
        public RedisFuture<String> answer(RedisAsyncCommands<String, String> redis) {
            return run(redis, ScriptOutputType.VALUE);
        }

        private <T> RedisFuture<T> run(RedisAsyncCommands<String, String> redis, ScriptOutputType type) {
            return redis.eval(text, type, keys.toArray(String[]::new), args.toArray(String[]::new));
        }
    }

    /** The result of one command of a batch. */
    public sealed interface Answer<T extends @Nullable Object> {

        /** Returns the response, or throws the failure. */
        default T orThrow() {
            if (this instanceof Missing<T> missing) {
                throw missing.failure();
            }
            return ((Given<T>) this).value();
        }

        /** The command succeeded with this response. */
        record Given<T extends @Nullable Object>(T value) implements Answer<T> {}

        /** The command failed. */
        record Missing<T extends @Nullable Object>(StoreException failure) implements Answer<T> {}
    }

    /** Runs a script that answers a number, and returns the number. */
    public long count(String script, List<String> keys, String... args) {
        return this.<Long>call(new Script(script, keys, List.of(args))::number);
    }

    /** Returns the time of Redis in epoch milliseconds. */
    public long millis() {
        return IndexClock.millis(call(RedisServerAsyncCommands::time));
    }

    /** Returns why there is no connection, for logs and {@code /readyz}, or else the meaning of {@code failure}. */
    public String reason(StoreException failure) {
        return link.problem().orElse(failure.trouble());
    }

    /**
     * Logs the problem of {@code part}, or that the part works. Logs nothing without a connection, because the link
     * itself reports that.
     */
    public void log(String part, Optional<String> problem, String news) {
        if (link.problem().isEmpty()) {
            problem.ifPresentOrElse(
                    text -> link.troubles().wrong(part, text),
                    () -> link.troubles().right(part, news));
        }
    }

    private RuntimeException translate(Throwable failure) {
        if (failure instanceof RedisCommandExecutionException refusal) {
            return refusal;
        }
        // Lettuce has no exception type for a command that was not even sent, so the message has to tell.
        String message = String.valueOf(failure.getMessage());
        return message.contains("rejected") || message.contains("is closed") ? unreachable() : uncertain(failure);
    }

    private StoreException unreachable() {
        String trouble = link.problem().orElse("no connection to Redis at " + link.address());
        return new StoreException(
                Fault.UNREACHABLE,
                "Redis cannot be reached, so nothing was changed; repeat the call when GET /readyz answers 200. Cause: "
                        + trouble,
                trouble);
    }

    private StoreException uncertain(Throwable failure) {
        return new StoreException(
                Fault.UNCERTAIN,
                "Redis gave no answer in time, so it is not known what was done; repeat the call when GET"
                        + " /readyz answers 200",
                failure instanceof RedisCommandTimeoutException
                        ? link.explain(failure)
                        : "Redis at " + link.address() + " gave no answer");
    }

    private StoreException refused(RedisCommandExecutionException failure) {
        String message = String.valueOf(failure.getMessage());
        String trouble = DIGEST.matcher(link.explain(failure)).replaceAll("…");
        return switch (RedisError.kindOf(message)) {
            case FULL ->
                new StoreException(
                        Fault.FULL,
                        "Redis is full, so nothing was changed; raise its maxmemory and repeat the call"
                                + " (revoke and deactivate work all the same)",
                        trouble);
            case PASSING ->
                new StoreException(
                        Fault.PASSING,
                        "Redis cannot do that now; repeat the call when GET /readyz answers 200. Cause: " + trouble,
                        trouble);
            case BAD_RECORD ->
                new StoreException(Fault.BAD_RECORD, "what Redis holds or answers cannot be read: " + trouble, trouble);
            case PERMISSION -> refused(lackOr(trouble));
            case WRONG_SERVER, LOGIN, UNSUPPORTED, OTHER -> refused(trouble);
        };
    }

    private static StoreException refused(String cause) {
        return new StoreException(
                Fault.REFUSED, "Redis refused a command, mend that and repeat the call: " + cause, cause);
    }

    /** Asks Redis which permissions are missing, because an error from within a script does not name them. */
    private String lackOr(String otherwise) {
        try {
            return askForLack().orElse(otherwise);
        } catch (StoreException | RedisCommandExecutionException e) {
            return otherwise;
        }
    }
}
