package dev.latchkey.redis.health;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.redis.RedisPeer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A probe that finds the permissions that the Redis user of the sidecar lacks. It tries each needed command once and
 * leaves no trace: apart from the canary, which is only read, it uses names that no process uses. The Redis command for
 * this purpose, {@code ACL DRYRUN}, is available only to administrators.
 */
final class PermissionProbe {
    private static final String NOBODY = "probe";

    private final IndexSchema schema;
    private final List<Probe> probes;

    /**
     * One attempt.
     *
     * @param command the rule of {@code ACL SETUSER} that permits the command
     * @param names the rule that permits the name; empty if the command has no name
     * @param attempt the call of the command
     */
    private record Probe(
            String command, String names, Function<RedisAsyncCommands<String, String>, CompletionStage<?>> attempt) {

        /** Returns the missing rule; empty if Redis executed the command or refused it for another reason. */
        CompletableFuture<Optional<String>> lacking(RedisAsyncCommands<String, String> commands) {
            return attempt.apply(commands)
                    .toCompletableFuture()
                    .thenApply(done -> Optional.<String>empty())
                    .exceptionally(failure -> lacking(IndexException.unwrap(failure)));
        }

        private Optional<String> lacking(Throwable failure) {
            if (!(failure instanceof RedisCommandExecutionException)) {
                throw new IndexException(IndexException.Fault.UNAVAILABLE, "not known: " + failure.getMessage());
            }
            String refusal = String.valueOf(failure.getMessage());
            if (!RedisPeer.isLack(refusal)) {
                return Optional.empty();
            }
            return Optional.of(RedisPeer.lackingCommand(refusal).isPresent() ? command : names);
        }
    }

    PermissionProbe(IndexSchema schema) {
        this.schema = schema;
        String used = schema.used(NOBODY);
        this.probes = List.of(
                new Probe("+ping", "", RedisAsyncCommands::ping),
                new Probe("+time", "", RedisAsyncCommands::time),
                read("+hgetall", "%R~", "key:*", redis -> redis.hgetall(schema.prefix() + "key:" + NOBODY)),
                read("+hgetall", "%R~", "workspace:*", redis -> redis.hgetall(schema.workspace(NOBODY))),
                read("+hgetall", "%R~", "canary", redis -> redis.hgetall(schema.canary())),
                read("+get", "%R~", "meta:*", redis -> redis.get(schema.prefix() + "meta:" + NOBODY)),
                // Updates only an existing member, and there is none.
                read(
                        "+zadd",
                        "~",
                        "used:*",
                        redis -> redis.zadd(used, ZAddArgs.Builder.xx().gt(), 0, NOBODY)),
                new Probe("+client|id", "", RedisAsyncCommands::clientId),
                new Probe("+client|trackinginfo", "", RedisAsyncCommands::clientTrackinginfo),
                // The argument is neither ON nor OFF, a syntax error. But Redis checks permissions first.
                new Probe("+client|tracking", "", PermissionProbe::trackNothing));
    }

    /**
     * Returns the rules that the user lacks, in the order of the probes. The future fails if Redis does not respond.
     */
    CompletableFuture<Set<String>> lacking(RedisAsyncCommands<String, String> commands) {
        List<CompletableFuture<Optional<String>>> answers =
                probes.stream().map(probe -> probe.lacking(commands)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> answers.stream()
                        .flatMap(answer -> answer.join().stream())
                        .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    /** Returns whether no key can be found without the rules in {@code lacking}. */
    boolean blind(Set<String> lacking) {
        return lacking.contains("+hgetall")
                || lacking.contains("%R~" + schema.prefix() + "key:*")
                || lacking.contains("%R~" + schema.prefix() + "workspace:*");
    }

    private Probe read(
            String command,
            String access,
            String names,
            Function<RedisAsyncCommands<String, String>, CompletionStage<?>> attempt) {
        return new Probe(command, access + schema.prefix() + names, attempt);
    }

    private static CompletionStage<?> trackNothing(RedisAsyncCommands<String, String> commands) {
        return commands.dispatch(
                CommandType.CLIENT,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).add("TRACKING").add(NOBODY));
    }
}
