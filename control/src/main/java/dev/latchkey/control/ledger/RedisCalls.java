package dev.latchkey.control.ledger;

import dev.latchkey.control.ledger.StoreException.Fault;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.RedisLink;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.async.RedisServerAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
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
    private static final Pattern DIGEST = Pattern.compile("[1-9]\\.[A-Za-z0-9_-]{43}");

    private final RedisLink link;
    private final Duration bound;

    /** @param bound the most that one answer is waited for; the link's own timeout should be no longer */
    public RedisCalls(RedisLink link, Duration bound) {
        this.link = link;
        this.bound = bound;
    }

    /** Returns the answer to {@code command}, which may be null if that is what the command answers. */
    <T extends @Nullable Object> T call(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        try {
            return command.apply(link.commands()).get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw translate(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException | CancellationException e) {
            throw uncertain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw uncertain();
        } catch (RuntimeException e) {
            throw translate(e);
        }
    }

    /**
     * Runs a script that answers a number. All of its keys are {@code keys} and lie in one slot of a cluster. It is sent whole
     * each time: none is long, most are rare, and a restarted Redis knows none of them.
     */
    long count(String script, List<String> keys, String... args) {
        return this.<Long>call(
                redis -> redis.eval(script, ScriptOutputType.INTEGER, keys.toArray(String[]::new), args));
    }

    /** As {@link #count}, for a script that answers a text. */
    String text(String script, List<String> keys, String... args) {
        return this.<String>call(
                redis -> redis.eval(script, ScriptOutputType.VALUE, keys.toArray(String[]::new), args));
    }

    /** Returns Redis' time, epoch milliseconds. */
    public long millis() {
        List<String> time = call(RedisServerAsyncCommands::time);
        return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
    }

    /** Returns why there is no connection, for logs and {@code /readyz}, or else what {@code failure} says. */
    String reason(StoreException failure) {
        return link.problem().orElse(String.valueOf(failure.getMessage()));
    }

    private static StoreException translate(Throwable failure) {
        if (failure instanceof IndexException) {
            return unreachable();
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof RedisCommandTimeoutException) {
            return uncertain();
        }
        if (failure instanceof RedisCommandExecutionException) {
            return message.startsWith("OOM") ? full() : refused(message);
        }
        // Lettuce has no type of its own for a command that it did not even send.
        return message.contains("rejected") ? unreachable() : uncertain();
    }

    private static StoreException unreachable() {
        return new StoreException(
                Fault.UNREACHABLE,
                "Redis cannot be reached, so nothing was changed; repeat the call when GET /readyz answers 200");
    }

    private static StoreException uncertain() {
        return new StoreException(
                Fault.UNCERTAIN,
                "Redis gave no answer in time, so it is not known what was done; repeat the call when GET /readyz answers 200");
    }

    private static StoreException full() {
        return new StoreException(
                Fault.FULL,
                "Redis is full, so nothing was changed; raise its maxmemory and repeat the call"
                        + " (revoke and deactivate work all the same)");
    }

    private static StoreException refused(String message) {
        return new StoreException(
                Fault.REFUSED,
                "Redis refused a command: " + DIGEST.matcher(message).replaceAll("…")
                        + "; check its state and the permissions of the control plane's Redis user, then repeat the call");
    }
}
