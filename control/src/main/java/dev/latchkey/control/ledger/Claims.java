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
 * The owners of key strings. {@code claim:<name>} holds the workspace and the id of a key, for each of the names that
 * {@link dev.latchkey.key.KeyClaims} gives; {@code claims:<id>} holds these names, so that they can be removed with the
 * key. A claim lasts a day until the ledger has the key, and from then on as long as the key's record. So the string of
 * a revoked key is recognised even if the index has lost the tombstone.
 *
 * <p>Each command names one Redis key. This class is thread-safe, also among several control planes.
 */
public final class Claims {
    /** Far longer than a call takes, and than the reconciler needs after an outage. */
    public static final Duration UNTIL_RECORDED = Duration.ofDays(1);

    /** Stands in the place of the workspace; it is not a valid workspace id. */
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

    /** Returns the text of a claim, which names the owner of the string. */
    public static String text(String workspace, String id) {
        return workspace + " " + id;
    }

    /**
     * Returns whether {@code claim} belongs to a key whose record was removed and whose string must not come back yet.
     */
    public static boolean isEnded(String claim) {
        return claim.startsWith(ENDED + " ");
    }

    /** Takes all {@code claims} for {@code key} for a day. Returns false if any of them belongs to another key. */
    boolean take(ManagedKey key, List<String> claims) {
        SetArgs unlessClaimed = SetArgs.Builder.nx().px(UNTIL_RECORDED);
        String text = text(key.workspace(), key.id());
        List<Function<RedisAsyncCommands<String, String>, RedisFuture<@Nullable String>>> commands = new ArrayList<>();
        commands.add(redisNow -> list(redisNow, key.id(), claims));
        claims.forEach(claim -> commands.add(redisNow -> redisNow.setGet(names.claim(claim), text, unlessClaimed)));
        List<@Nullable String> stood = all(commands);
        // The first response belongs to the list of the claims, the others to the claims themselves.
        return stood.subList(1, stood.size()).stream().allMatch(before -> before == null || before.equals(text));
    }

    /** Stores the names of the claims of the key {@code id}, unless some are stored already. */
    public RedisFuture<@Nullable String> list(
            RedisAsyncCommands<String, String> commands, String id, List<String> claims) {
        return commands.set(names.claims(id), String.join(" ", claims), SetArgs.Builder.nx());
    }

    /** Makes the claim permanent, once the ledger has the key. */
    public RedisFuture<String> keep(RedisAsyncCommands<String, String> commands, ManagedKey key, String claim) {
        return commands.set(names.claim(claim), text(key.workspace(), key.id()));
    }

    /** As {@link #keep(RedisAsyncCommands, ManagedKey, String)}, for all claims that are stored for {@code key}. */
    public void keep(ManagedKey key) {
        keep(List.of(key));
    }

    /** As {@link #keep(ManagedKey)}, for all {@code keys} in two batches. */
    public void keep(List<ManagedKey> keys) {
        List<RedisCalls.Answer<@Nullable String>> listed =
                redis.<ManagedKey, @Nullable String>all(keys, key -> commands -> commands.get(names.claims(key.id())));
        List<Function<RedisAsyncCommands<String, String>, RedisFuture<String>>> kept = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            ManagedKey key = keys.get(i);
            split(listed.get(i).orThrow()).forEach(claim -> kept.add(commands -> keep(commands, key, claim)));
        }
        all(kept);
    }

    /** Removes a claim if its text is {@code text}. */
    public RedisFuture<Long> release(RedisAsyncCommands<String, String> commands, String claim, String text) {
        return new RedisCalls.Script(RELEASE, List.of(names.claim(claim)), List.of(text)).number(commands);
    }

    /** Removes the claims of a key that was removed from the ledger. Claims that {@link #end} has set stay. */
    void forget(String workspace, String id) {
        listed(id).forEach(claim -> redis.count(RELEASE, List.of(names.claim(claim)), text(workspace, id)));
        redis.call(commands -> commands.del(names.claims(id)));
    }

    /**
     * Keeps the string of {@code key}, whose record is about to be removed, from being imported again for {@code time}.
     */
    public void end(ManagedKey key, Duration time) {
        List<String> claims = listed(key.id());
        String text = ENDED + " " + text(key.workspace(), key.id());
        // A key that is older than lasting claims has none stored, so at least its digest is claimed.
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
        List<T> values = new ArrayList<>(commands.size());
        redis.all(commands).forEach(answer -> values.add(answer.orThrow()));
        return values;
    }
}
