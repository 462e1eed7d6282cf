package dev.latchkey.control.ledger;

import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.RedisCalls;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who has which key's string: {@code claim:<name>} holds the workspace and the id, for each of the names that {@link
 * dev.latchkey.key.KeyClaims} gives; {@code claims:<id>} holds these names, so that they can be taken away with the key. A claim
 * lasts a day until the ledger has the key, and then as long as its record: a string that was revoked is known again even if
 * the index has lost the tombstone.
 *
 * <p>Each command names one key. This class is thread-safe, also among several control planes.
 */
public final class Claims {
    /** Far longer than a call takes, and than the reconciler needs after an outage. */
    public static final Duration UNTIL_RECORDED = Duration.ofDays(1);

    /** In place of the workspace, which it cannot be. */
    private static final String ENDED = "-";

    private static final String RELEASE = """
            #!lua flags=allow-oom
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('DEL', KEYS[1])
            """;

    private static final String END = """
            #!lua flags=allow-oom
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1
            """;

    private final RedisCalls redis;
    private final LedgerNames names;

    Claims(RedisCalls redis, LedgerNames names) {
        this.redis = redis;
        this.names = names;
    }

    /** Returns the text of a claim, which says whose the string is. */
    public static String text(String workspace, String id) {
        return workspace + " " + id;
    }

    /** Tells whether {@code claim} is of a key whose record is gone, and whose string must not come back yet. */
    public static boolean isEnded(String claim) {
        return claim.startsWith(ENDED + " ");
    }

    /** Claims all of {@code claims} for {@code key} for a day; false if any of them is another's. */
    boolean take(ManagedKey key, List<String> claims) {
        SetArgs unlessClaimed = SetArgs.Builder.nx().px(UNTIL_RECORDED);
        String text = text(key.workspace(), key.id());
        List<Function<RedisAsyncCommands<String, String>, RedisFuture<@Nullable String>>> commands = new ArrayList<>();
        commands.add(redisNow -> list(redisNow, key.id(), claims));
        claims.forEach(claim -> commands.add(redisNow -> redisNow.setGet(names.claim(claim), text, unlessClaimed)));
        List<@Nullable String> stood = all(commands);
        return stood.subList(1, stood.size()).stream().allMatch(before -> before == null || before.equals(text));
    }

    /** Notes what the claims of the key {@code id} are, unless that is noted. */
    public RedisFuture<@Nullable String> list(
            RedisAsyncCommands<String, String> commands, String id, List<String> claims) {
        return commands.set(names.claims(id), String.join(" ", claims), SetArgs.Builder.nx());
    }

    /** Makes the claim last, now that the ledger has the key. */
    public RedisFuture<String> keep(RedisAsyncCommands<String, String> commands, ManagedKey key, String claim) {
        return commands.set(names.claim(claim), text(key.workspace(), key.id()));
    }

    /** As {@link #keep(RedisAsyncCommands, ManagedKey, String)}, all that are noted of {@code key}. */
    public void keep(ManagedKey key) {
        keep(List.of(key));
    }

    /** As {@link #keep(ManagedKey)}, all together. */
    public void keep(List<ManagedKey> keys) {
        List<@Nullable String> listed = all(keys.stream()
                .<Function<RedisAsyncCommands<String, String>, RedisFuture<@Nullable String>>>map(
                        key -> commands -> commands.get(names.claims(key.id())))
                .toList());
        List<Function<RedisAsyncCommands<String, String>, RedisFuture<String>>> kept = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            ManagedKey key = keys.get(i);
            split(listed.get(i)).forEach(claim -> kept.add(commands -> keep(commands, key, claim)));
        }
        all(kept);
    }

    /** Takes away a claim that says {@code text}. */
    public RedisFuture<Long> release(RedisAsyncCommands<String, String> commands, String claim, String text) {
        return new RedisCalls.Script(RELEASE, List.of(names.claim(claim)), List.of(text)).number(commands);
    }

    /** Takes away the claims of a key that the ledger has no more. Those that {@link #end} has left stay. */
    void forget(String workspace, String id) {
        listed(id).forEach(claim -> redis.count(RELEASE, List.of(names.claim(claim)), text(workspace, id)));
        redis.call(commands -> commands.del(names.claims(id)));
    }

    /** Keeps the string of {@code key}, whose record goes, from being imported again for {@code time}. */
    public void end(ManagedKey key, Duration time) {
        List<String> claims = listed(key.id());
        String text = ENDED + " " + text(key.workspace(), key.id());
        // Made before there were lasting claims: then its digest at least.
        for (String claim : claims.isEmpty() ? List.of(key.digest().text()) : claims) {
            redis.count(END, List.of(names.claim(claim)), text, Long.toString(time.toMillis()));
        }
    }

    private List<String> listed(String id) {
        return split(redis.<@Nullable String>call(commands -> commands.get(names.claims(id))));
    }

    private static List<String> split(@Nullable String claims) {
        return claims == null || claims.isEmpty() ? List.of() : List.of(claims.split(" "));
    }

    private <T extends @Nullable Object> List<T> all(
            List<Function<RedisAsyncCommands<String, String>, RedisFuture<T>>> commands) {
        if (commands.isEmpty()) {
            return List.of();
        }
        List<T> values = new ArrayList<>(commands.size());
        redis.all(commands).forEach(answer -> values.add(answer.orThrow()));
        return values;
    }
}
