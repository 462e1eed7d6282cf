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

/**
 * The writer of the index. Each write is one script on one name, and has a defined result whatever is stored there:
 *
 * <ol>
 *   <li>If another id, workspace or environment is stored, the write is a conflict and changes nothing.
 *   <li>A revocation is final: a revoked record is never replaced by one that is not revoked, and an incoming revoked
 *       record replaces one that is not revoked, whatever its rev.
 *   <li>Otherwise the record with the higher rev stays, and if the revs are equal, the ledger's content wins.
 *   <li>A workspace's generation never falls, and a higher generation is taken whatever its rev, because it revokes all
 *       keys of earlier generations.
 * </ol>
 *
 * <p>Fields that this version does not know stay, because a later version or another service might have written them.
 *
 * <p>A name that does not hold a hash, or a rev that is not a number, is damage and gets overwritten. The script is
 * allowed above Redis' memory limit, even for changes that give access: the ledger observes the limit, and every change
 * that the ledger has accepted must reach the index.
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

    /** Returns whether the index holds any record under {@code digest}, a revoked record included. */
    public boolean holds(KeyDigest digest) {
        return redis.call(commands -> commands.exists(schema.key(digest))) > 0;
    }

    /**
     * Returns the record that the index holds under {@code digest}, whichever service wrote it.
     *
     * @throws StoreException with {@code BAD_RECORD} if the record cannot be read
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
     * Returns the generation of the keys of {@code workspace} that the index lets through: 0 if it has no such record;
     * empty if the record cannot be read, so that its generation is unknown.
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

    /** Returns the name under which the index holds the record of {@code digest}. */
    public String name(KeyDigest digest) {
        return schema.key(digest);
    }

    /**
     * Removes the record of the key {@code id} of {@code workspace} if it is revoked or, by the clock of Redis,
     * expired. Returns false if a record stays, because it belongs to another key or is still usable.
     */
    public boolean remove(KeyDigest digest, String id, String workspace) {
        return redis.count(REMOVE, List.of(schema.key(digest)), id, workspace) > 0;
    }

    /** Writes the index part of {@code entry}. */
    public Projection write(LedgerEntry entry) {
        return read(redis.<String>call(projection(entry)::answer));
    }

    /** As {@link #write(LedgerEntry)}, for all {@code entries} in one batch with one result per entry. */
    public List<Answer<Projection>> write(List<? extends LedgerEntry> entries) {
        return redis.<LedgerEntry, String>all(List.copyOf(entries), entry -> projection(entry)::answer).stream()
                .map(this::read)
                .toList();
    }

    private Answer<Projection> read(Answer<String> answer) {
        return answer instanceof Answer.Given<String> given
                ? new Answer.Given<>(read(given.value()))
                : new Answer.Missing<>(((Answer.Missing<String>) answer).failure());
    }

    /** Returns the script that {@link #write} sends; {@link #read} interprets its answer. */
    public RedisCalls.Script projection(LedgerEntry entry) {
        return entry instanceof ManagedKey key
                ? projection(schema.key(key.digest()), IndexSchema.encode(key.record()))
                : projection(
                        schema.workspace(entry.workspace()), IndexSchema.encode(((ManagedWorkspace) entry).record()));
    }

    /** Interprets the answer to {@link #projection}, and counts it. */
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
