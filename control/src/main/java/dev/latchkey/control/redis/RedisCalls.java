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
 * Sends one command or script and waits for its answer, within a bound of its own. Whatever goes wrong is a
 * {@link StoreException}.
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
     * @param bound the most that one answer is waited for; the link's own timeout should be no longer
     * @param gate runs before each command, and throws if the present call must reach no store
     */
    public RedisCalls(RedisLink link, IndexSchema schema, Duration bound, Runnable gate) {
        this.link = link;
        this.bound = bound;
        this.gate = gate;
        this.permissions = new ScriptPermissions(RedisUsers.control(schema.prefix()));
    }

    /** Returns the answer to {@code command}, which may be null if that is what the command answers. */
    public <T extends @Nullable Object> T call(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        try {
            return await(command);
        } catch (RedisCommandExecutionException e) {
            throw refused(e);
        }
    }

    /**
     * Returns what to say of permissions that the control plane's user lacks; empty if it lacks none.
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
     * Sends all of {@code commands}, and only then waits, for all answers together and within the one bound. Each is answered for
     * itself: one that fails takes no other along. Never throws.
     */
    public <T extends @Nullable Object> List<Answer<T>> all(
            List<Function<RedisAsyncCommands<String, String>, RedisFuture<T>>> commands) {
        RedisAsyncCommands<String, String> redis;
        try {
            redis = commands();
        } catch (StoreException e) {
            return Collections.nCopies(commands.size(), new Answer.Missing<T>(e));
        }
        long sent = System.nanoTime();
        List<Future<T>> futures =
                commands.stream().map(command -> send(redis, command)).toList();
        // To find out what a refusal means may take a question of its own.
        Map<String, StoreException> refusals = new HashMap<>();
        return futures.stream()
                .map(future -> answer(redis, future, sent, refusals))
                .toList();
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

    /** Answers a command, or fails with StoreException, or with what Redis says against it. */
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
     * A connection on which nothing was answered for as long as a command may take is given up. TCP alone notices a path that is
     * gone, or was forgotten by a firewall, only after minutes; for so long nobody could revoke anything.
     */
    private void unanswered(RedisAsyncCommands<String, String> redis, long sent) {
        if (lastAnswer - sent < 0) {
            link.redialSilent(redis);
        }
    }

    /**
     * A script and what it is given. All of its keys lie in one slot of a cluster. It is sent whole each time: none is long, most
     * are rare, and a restarted Redis knows none of them.
     */
    public record Script(String text, List<String> keys, List<String> args) {

        /** Runs it; it answers a number. */
        public RedisFuture<Long> number(RedisAsyncCommands<String, String> redis) {
            return run(redis, ScriptOutputType.INTEGER);
        }

        /** Runs it; it answers a text. */
        public RedisFuture<String> answer(RedisAsyncCommands<String, String> redis) {
            return run(redis, ScriptOutputType.VALUE);
        }

        private <T> RedisFuture<T> run(RedisAsyncCommands<String, String> redis, ScriptOutputType type) {
            return redis.eval(text, type, keys.toArray(String[]::new), args.toArray(String[]::new));
        }
    }

    /** What came of one command among several. */
    public sealed interface Answer<T extends @Nullable Object> {

        /** Returns what was said, or throws what kept the command from an answer. */
        default T orThrow() {
            if (this instanceof Missing<T> missing) {
                throw missing.failure();
            }
            return ((Given<T>) this).value();
        }

        /** It was done, and this was said. */
        record Given<T extends @Nullable Object>(T value) implements Answer<T> {}

        /** It failed. */
        record Missing<T extends @Nullable Object>(StoreException failure) implements Answer<T> {}
    }

    /** Runs a script that answers a number. */
    public long count(String script, List<String> keys, String... args) {
        return this.<Long>call(new Script(script, keys, List.of(args))::number);
    }

    /** Returns Redis' time, epoch milliseconds. */
    public long millis() {
        return IndexClock.millis(call(RedisServerAsyncCommands::time));
    }

    /** Returns why there is no connection, for logs and {@code /readyz}, or else what {@code failure} means. */
    public String reason(StoreException failure) {
        return link.problem().orElse(failure.trouble());
    }

    /** Says in the log what keeps {@code part} from its work, or that it works; of a connection the link itself says it. */
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
        // Lettuce has no type of its own for a command that it did not even send.
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
                "Redis gave no answer in time, so it is not known what was done; repeat the call when GET /readyz answers 200",
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

    /** Within a script Redis does not tell which permission it misses. */
    private String lackOr(String otherwise) {
        try {
            return askForLack().orElse(otherwise);
        } catch (StoreException | RedisCommandExecutionException e) {
            return otherwise;
        }
    }
}
