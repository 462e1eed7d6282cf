package dev.latchkey.control.index;

import dev.latchkey.control.index.Projection.Outcome;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Answer;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Writes the index: one script on one name, total over what may be stored there.
 *
 * <ol>
 *   <li>Another id, workspace or environment is stored: a conflict, nothing is written.
 *   <li>Revoked is for good: a stored one is never replaced by one that is not, and an incoming one is taken whatever its rev.
 *   <li>Else the higher rev stays, and equal revs with other content become what the ledger says.
 *   <li>A workspace's generation never falls, and a higher one is taken whatever its rev: it revokes all keys of those before.
 * </ol>
 *
 * <p>Fields that this version does not know stay: a later version, or another service, may have written them.
 *
 * <p>A name that holds no hash, or a rev that is no number, is damage: it gives way. The script is allowed above Redis' memory
 * limit, also for changes that give access: the limit is the ledger's to keep, and what the ledger has taken must arrive.
 *
 * <p>This class is thread-safe.
 */
public final class IndexWriter {
    public static final String CONFLICT =
            "not in the index, whose name for it holds another id, workspace or environment";

    private static final String PROJECT = """
            #!lua flags=allow-oom
            if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
            local stored, incoming = {}, {}
            local flat = redis.call('HGETALL', KEYS[1])
            for i = 1, #flat, 2 do stored[flat[i]] = flat[i + 1] end
            for i = 1, #ARGV, 2 do incoming[ARGV[i]] = ARGV[i + 1] end
            local function number(text, otherwise)
                return string.match(text or '', '^%d+$') and tonumber(text) or otherwise
            end
            local function rev(record) return number(record.rev, -1) end
            local function generation(record) return record.id and 0 or number(record.generation, 0) end

            for _, field in ipairs({'id', 'workspace', 'environment'}) do
                if incoming[field] and stored[field] and stored[field] ~= incoming[field] then
                    return 'conflict ' .. string.format('%.0f', rev(stored))
                end
            end
            if generation(stored) > generation(incoming) then
                incoming.v, incoming.generation = stored.v, stored.generation
            end
            local newer = generation(incoming) > generation(stored)
            local was, is = stored.state == 'revoked', incoming.state == 'revoked'
            if (was and not is) or (was == is and rev(stored) > rev(incoming)) then
                if newer then redis.call('HSET', KEYS[1], 'v', incoming.v, 'generation', incoming.generation) end
                return 'kept ' .. string.format('%.0f', rev(stored))
            end

            local ours = {}
            for field in string.gmatch('v id workspace environment scopes state expires_at rev generation', '%S+') do
                ours[field] = true
            end
            local changed = false
            for field, value in pairs(stored) do
                if ours[field] and incoming[field] ~= value then changed = true end
                if ours[field] and not incoming[field] then redis.call('HDEL', KEYS[1], field) end
            end
            for field, value in pairs(incoming) do
                if stored[field] ~= value then changed = true end
            end
            if not changed then return 'same ' .. incoming.rev end
            local fields = {}
            for field, value in pairs(incoming) do
                fields[#fields + 1] = field
                fields[#fields + 1] = value
            end
            redis.call('HSET', KEYS[1], unpack(fields))
            return 'written ' .. incoming.rev
            """;

    /** Answers 1 if the record is gone, 0 if it stays. */
    private static final String REMOVE = """
            #!lua flags=allow-oom
            local kind = redis.call('TYPE', KEYS[1]).ok
            if kind == 'none' then return 1 end
            if kind ~= 'hash' then return 0 end
            local id, workspace, state, expires_at =
                unpack(redis.call('HMGET', KEYS[1], 'id', 'workspace', 'state', 'expires_at'))
            if id ~= ARGV[1] or workspace ~= ARGV[2] then return 0 end
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local expired = expires_at and string.match(expires_at, '^%d+$') and tonumber(expires_at) <= now
            if state ~= 'revoked' and not expired then return 0 end
            return redis.call('DEL', KEYS[1])
            """;

    private final RedisCalls redis;
    private final IndexSchema schema;
    private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);

    public IndexWriter(RedisCalls redis, IndexSchema schema, MeterRegistry metrics) {
        this.redis = redis;
        this.schema = schema;
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome,
                    Counter.builder("latchkey.index.writes")
                            .description("Records shown to the index, by what it did")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(metrics));
        }
    }

    /** Tells whether the index holds any record under {@code digest}, a revoked one included. */
    public boolean holds(KeyDigest digest) {
        return redis.call(commands -> commands.exists(schema.key(digest))) > 0;
    }

    /**
     * Returns what the index holds under {@code digest}, whoever wrote it.
     *
     * @throws StoreException with {@code BAD_RECORD} if that cannot be read
     */
    public Optional<KeyRecord> find(KeyDigest digest) {
        Map<String, String> fields = redis.call(commands -> commands.hgetall(schema.key(digest)));
        try {
            return fields.isEmpty() ? Optional.empty() : Optional.of(IndexSchema.decodeKey(fields));
        } catch (IndexException e) {
            throw new StoreException(
                    StoreException.Fault.BAD_RECORD,
                    "the index's record of this key cannot be read, so no sidecar accepts the key: " + e.getMessage());
        }
    }

    /**
     * Returns the generation of the keys of {@code workspace} that the index lets through, 0 if it has no such record; empty if
     * the record cannot be read, so that nobody knows which generation it held.
     *
     * @throws StoreException if Redis does not tell
     */
    OptionalLong generation(String workspace) {
        try {
            Map<String, String> fields = redis.call(commands -> commands.hgetall(schema.workspace(workspace)));
            return OptionalLong.of(
                    fields.isEmpty()
                            ? 0
                            : IndexSchema.decodeWorkspace(workspace, fields).generation());
        } catch (IndexException e) {
            return OptionalLong.empty();
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            return OptionalLong.empty();
        }
    }

    /** Returns where the index holds the record of {@code digest}. */
    public String name(KeyDigest digest) {
        return schema.key(digest);
    }

    /**
     * Takes away the record of the key {@code id} of {@code workspace}, if it is revoked or, by Redis' clock, expired; false if
     * there is one that stays: another's, or one that may be used.
     */
    public boolean remove(KeyDigest digest, String id, String workspace) {
        return redis.count(REMOVE, List.of(schema.key(digest)), id, workspace) > 0;
    }

    /** Shows the index what it is to hold of {@code entry}. */
    public Projection write(LedgerEntry entry) {
        return read(redis.<String>call(projection(entry)::answer));
    }

    /** As {@link #write(LedgerEntry)}, all together; each is answered for itself. */
    public List<Answer<Projection>> write(List<? extends LedgerEntry> entries) {
        return redis
                .<String>all(entries.stream()
                        .map(this::projection)
                        .<Function<RedisAsyncCommands<String, String>, RedisFuture<String>>>map(
                                script -> script::answer)
                        .toList())
                .stream()
                .map(this::read)
                .toList();
    }

    private Answer<Projection> read(Answer<String> answer) {
        return answer instanceof Answer.Given<String> given
                ? new Answer.Given<>(read(given.value()))
                : new Answer.Missing<>(((Answer.Missing<String>) answer).failure());
    }

    /** Returns what {@link #write} sends; its answer is for {@link #read}. */
    public RedisCalls.Script projection(LedgerEntry entry) {
        return entry instanceof ManagedKey key
                ? projection(schema.key(key.digest()), IndexSchema.encode(key.record()))
                : projection(
                        schema.workspace(entry.workspace()), IndexSchema.encode(((ManagedWorkspace) entry).record()));
    }

    /** Returns what the answer to {@link #projection} says. */
    public Projection read(String answer) {
        int space = answer.indexOf(' ');
        Outcome outcome = Outcome.valueOf(answer.substring(0, space).toUpperCase(Locale.ROOT));
        Objects.requireNonNull(counters.get(outcome), "there is one for each").increment();
        return new Projection(outcome, Long.parseLong(answer.substring(space + 1)));
    }

    private static RedisCalls.Script projection(String name, Map<String, String> fields) {
        List<String> args = new ArrayList<>(2 * fields.size());
        fields.forEach((field, value) -> args.addAll(List.of(field, value)));
        return new RedisCalls.Script(PROJECT, List.of(name), args);
    }
}
