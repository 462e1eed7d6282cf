package dev.latchkey.control.ledger;

import dev.latchkey.control.record.AnsweredRequest;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Answer;
import dev.latchkey.control.redis.RedisCalls.Script;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.index.IndexSchema;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The control plane's own records in Redis. They state the intended keys and workspaces; the index shows a part of
 * them. Every change is one atomic step on one workspace's slot of a cluster: the step writes the record, an entry of
 * the audit trail, and a note that the index lacks the change.
 *
 * <p>The names under {@code latchkey:ledger:{<workspace>}:} are {@code records} (a hash from a key id, or {@code .} for
 * the workspace itself, to the record's text), {@code ids} (a sorted set of the key ids, which sort by age), {@code
 * audit} (a stream), {@code pending} (a hash, see {@link Pending}), {@code answers} (a hash, see {@link Answers}) and
 * {@code request:<name>} (strings that expire after a day, see {@link Claim}). Outside the slot are {@code
 * latchkey:ledger:owner:<id>} (a key's workspace), {@code latchkey:ledger:claim:<name>} and {@code
 * latchkey:ledger:claims:<id>} (see {@link Claims}), {@code latchkey:ledger:workspaces} (all workspaces), {@code
 * latchkey:ledger:beats} (see {@link LedgerCount}), and {@code latchkey:ledger:recent} (the workspaces that were
 * changed lately, by the time of Redis, so that no task has to search all workspaces for notes). The names that a step
 * needs outside its slot are written before the step; if the step then does not follow, they do no harm.
 *
 * <p>Every method runs its commands or scripts one after the other or in batches, within the bound of {@link
 * RedisCalls}, and throws {@link StoreException}. This class is thread-safe, also among several control planes.
 */
public final class Ledger {
    /**
     * How long a workspace stays among the recent workspaces at least: far longer than a call can take between the mark
     * and its step.
     */
    private static final int RECENT_SECONDS = 60;

    private static final long SCAN_COUNT = 100;

    private static final String SETTLE = """
            #!lua flags=allow-oom
            if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
            return redis.call('HDEL', KEYS[1], ARGV[1])
            """;

    private static final String MARK = """
            #!lua flags=allow-oom
            return redis.call('ZADD', KEYS[1], redis.call('TIME')[1], ARGV[1])
            """;

    private static final String FORGET = """
            #!lua flags=allow-oom
            local marked = redis.call('ZSCORE', KEYS[1], ARGV[1])
            if not marked or tonumber(marked) > redis.call('TIME')[1] - tonumber(ARGV[2]) then return 0 end
            return redis.call('ZREM', KEYS[1], ARGV[1])
            """;

    /** Stores the owner of an id unless one is stored: an id of another service can equal the id of any key. */
    private static final String OWN = """
            #!lua flags=allow-oom
            if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
            redis.call('SET', KEYS[1], ARGV[1])
            return 1
            """;

    private final RedisCalls redis;
    private final IndexSchema schema;
    private final LedgerNames names;
    private final Commit commit;
    private final Claims claims;
    private final Answers answers;
    private final int mostKeys;

    /** @param mostKeys the number of keys that a workspace can hold, ended keys included */
    public Ledger(RedisCalls redis, IndexSchema schema, int mostKeys) {
        this.mostKeys = mostKeys;
        this.redis = redis;
        this.schema = schema;
        this.names = new LedgerNames(schema);
        this.commit = new Commit(redis, names);
        this.claims = new Claims(redis, names);
        this.answers = new Answers(redis, names);
    }

    /** Returns the marks of the responses that show the secrets of new keys. */
    public Answers answers() {
        return answers;
    }

    public Optional<Stored<ManagedWorkspace>> findWorkspace(String id) {
        return Optional.ofNullable(record(id, ManagedWorkspace.FIELD))
                .map(text -> new Stored<>(LedgerCodec.decodeWorkspace(id, text), text));
    }

    /** Returns the workspace {@code id} as a place in which keys can be created. */
    public Optional<Room> room(String id) {
        return findWorkspace(id).map(found -> new Room(found, mostKeys));
    }

    /** Returns the workspaces among {@code ids}, in the order of the ids. The queries are sent as one batch. */
    public List<ManagedWorkspace> workspaces(List<String> ids) {
        List<Answer<@Nullable String>> answers = texts(ids, Function.identity(), id -> ManagedWorkspace.FIELD);
        List<ManagedWorkspace> workspaces = new ArrayList<>(ids.size());
        for (int i = 0; i < answers.size(); i++) {
            String text = answers.get(i).orThrow();
            if (text != null) {
                workspaces.add(LedgerCodec.decodeWorkspace(ids.get(i), text));
            }
        }
        return workspaces;
    }

    /** Returns the key {@code id} if it belongs to {@code workspace}. */
    public Optional<Stored<ManagedKey>> findKey(String workspace, String id) {
        return Optional.ofNullable(record(workspace, id))
                .map(text -> new Stored<>(LedgerCodec.decodeKey(id, text), text));
    }

    /**
     * Returns the texts of the records of {@code items}, in one batch with one result per item; null if there is none.
     */
    public <T> List<Answer<@Nullable String>> texts(
            List<T> items, Function<T, String> workspace, Function<T, String> field) {
        return redis.<T, @Nullable String>all(
                items, item -> commands -> commands.hget(names.records(workspace.apply(item)), field.apply(item)));
    }

    /** Returns the time of Redis in epoch milliseconds. */
    public long millis() {
        return redis.millis();
    }

    /**
     * Returns the workspace to which the key {@code id} might belong; {@link #findKey} tells whether the key exists.
     */
    public Optional<String> ownerOf(String id) {
        return Optional.ofNullable(redis.<@Nullable String>call(commands -> commands.get(names.owner(id))));
    }

    /**
     * Returns the keys of {@code workspace} that follow {@code after}, oldest first.
     *
     * @param after the id of a key, or empty for the start
     */
    public List<ManagedKey> keysAfter(String workspace, String after, int limit) {
        return keys(workspace, keyIdsAfter(workspace, after, limit));
    }

    /**
     * Returns the keys of {@code workspace} with these ids, in the order of the ids. Keys that are gone are left out.
     */
    public List<ManagedKey> keys(String workspace, List<String> ids) {
        return storedKeys(workspace, ids).stream().map(Stored::entry).toList();
    }

    /** As {@link #keys}, with the stored texts that a change needs. */
    public List<Stored<ManagedKey>> storedKeys(String workspace, List<String> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        List<Stored<ManagedKey>> keys = new ArrayList<>(ids.size());
        String[] fields = ids.toArray(String[]::new);
        for (KeyValue<String, String> record :
                redis.call(commands -> commands.hmget(names.records(workspace), fields))) {
            record.ifHasValue(text -> keys.add(new Stored<>(LedgerCodec.decodeKey(record.getKey(), text), text)));
        }
        return keys;
    }

    /**
     * Returns the ids of the keys of {@code workspace} that precede {@code before}, newest first.
     *
     * @param before the id of a key, or empty for the end
     */
    public List<String> keyIdsBefore(String workspace, String before, int limit) {
        // Lettuce would send ZREVRANGEBYLEX, which Redis has deprecated and which our Redis user must not call.
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8)
                .addKey(names.ids(workspace))
                .add(before.isEmpty() ? "+" : "(" + before)
                .add("-")
                .add("BYLEX")
                .add("REV")
                .add("LIMIT")
                .add(0)
                .add(limit);
        return redis.call(
                commands -> commands.dispatch(CommandType.ZRANGE, new ValueListOutput<>(StringCodec.UTF8), args));
    }

    /** Returns the ids of the keys that {@link #keysAfter} returns. */
    public List<String> keyIdsAfter(String workspace, String after, int limit) {
        return namesAfter(names.ids(workspace), after, limit);
    }

    /**
     * Returns the ids of the workspaces that follow {@code after}, in order. An id might belong to a workspace whose
     * creation never completed.
     */
    public List<String> workspacesAfter(String after, int limit) {
        return namesAfter(names.workspaces(), after, limit);
    }

    /**
     * Returns when each key of {@code ids} was last used (epoch milliseconds), as far as the sidecars have reported it;
     * empty for a key without a report, or with a value that cannot be a time.
     */
    public List<OptionalLong> lastUsed(String workspace, List<String> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        List<@Nullable Double> scores =
                redis.call(commands -> commands.zmscore(schema.used(workspace), ids.toArray(String[]::new)));
        return scores.stream()
                .map(score -> score != null && score >= 0 && score <= LedgerCodec.LAST_MILLI
                        ? OptionalLong.of(score.longValue())
                        : OptionalLong.empty())
                .toList();
    }

    /** Returns the stored answer to the call with the name {@code request}, see {@link Claim}. */
    public Optional<AnsweredRequest> answered(String workspace, String request) {
        return Optional.ofNullable(
                        redis.<@Nullable String>call(commands -> commands.get(names.request(workspace, request))))
                .map(AnsweredRequest::parse);
    }

    /**
     * Returns whether the secret of {@code key} has been shown to nobody yet, so that the key can still be withdrawn.
     */
    public boolean isUnseen(String workspace, String key) {
        String note = redis.<@Nullable String>call(commands -> commands.hget(names.pending(workspace), key));
        return note != null && new Pending(key, note).isUnseen();
    }

    /** Creates a workspace. Returns false if a workspace with this id exists. */
    public boolean create(ManagedWorkspace workspace, Audit audit) {
        return create(workspace, audit, Optional.empty());
    }

    /** As {@link #create(ManagedWorkspace, Audit)}. Also returns false if another call has changed the claim. */
    public boolean create(ManagedWorkspace workspace, Audit audit, Optional<Claim> claim) {
        redis.call(commands -> commands.zadd(names.workspaces(), 0, workspace.workspace()));
        return commit(LedgerStep.make(workspace, Pending.of(workspace), audit).claiming(claim));
    }

    /**
     * Creates a key whose secret nobody has seen yet; without {@link #confirm} it will be withdrawn. Returns false if
     * the id is taken.
     */
    public boolean createUnseen(ManagedKey key, Audit audit) {
        return createUnseen(key, audit, Optional.empty());
    }

    /** As {@link #createUnseen(ManagedKey, Audit)}. Also returns false if another call has changed the claim. */
    public boolean createUnseen(ManagedKey key, Audit audit, Optional<Claim> claim) {
        redis.call(commands -> commands.set(names.owner(key.id()), key.workspace()));
        return commit(LedgerStep.make(key, Pending.unseen(key), audit).claiming(claim));
    }

    /**
     * As {@link #createUnseen(ManagedKey, Audit, Optional)}, in {@code room}, and with claims on the key's string that
     * last as long as the key's record. The result is {@code TAKEN} also if another call has changed the claim, or if
     * another key has claimed the string.
     *
     * @param strings the claims that {@link dev.latchkey.key.KeyClaims} gives
     */
    public Creation createUnseen(ManagedKey key, Audit audit, Optional<Claim> claim, Room room, List<String> strings) {
        if (!claims.take(key, strings)) {
            return Creation.TAKEN;
        }
        redis.call(commands -> commands.set(names.owner(key.id()), key.workspace()));
        mark(key.workspace());
        Creation creation = commit.create(
                LedgerStep.make(key, Pending.unseen(key), audit).claiming(claim).in(room));
        switch (creation) {
            case MADE -> claims.keep(key);
            case MOVED, FULL -> {
                claims.forget(key.workspace(), key.id());
                redis.call(commands -> commands.del(names.owner(key.id())));
            }
            case TAKEN -> {
                // The stored names might belong to another key, so they stay; the claims expire by themselves.
            }
        }
        return creation;
    }

    /**
     * Records a key of another service as revoked, so that the ledger knows it from now on and keeps it revoked.
     * Returns false if a key with this id exists.
     */
    public boolean adopt(ManagedKey revoked, Audit audit) {
        redis.count(OWN, List.of(names.owner(revoked.id())), revoked.workspace());
        return commit(LedgerStep.make(revoked, Pending.of(revoked), audit));
    }

    /** Replaces {@code before} with {@code after}. Returns false if {@code before} is no longer the stored record. */
    public <T extends LedgerEntry> boolean replace(Stored<? extends T> before, T after, Audit audit) {
        return commit(LedgerStep.replace(before, after, audit));
    }

    /** As {@link #replace}, but only if {@code before} has not been confirmed yet. */
    public boolean replaceUnseen(Stored<ManagedKey> before, ManagedKey after, Audit audit) {
        return commit(LedgerStep.replace(before, after, audit).onlyIfNoted(Pending.unseen(before.entry())));
    }

    /**
     * Replaces {@code before} with {@code after}, which names {@code successor}, and allows the secret of the successor
     * to be shown, as {@link Answers#begin} does. Returns false, and changes nothing, if {@code before} is no longer
     * the stored record, or if the successor was changed or withdrawn.
     */
    public boolean succeed(Stored<ManagedKey> before, ManagedKey after, ManagedKey successor, Audit audit) {
        return commit(LedgerStep.replace(before, after, audit)
                .taking(Pending.unseen(successor))
                .narrowing());
    }

    /**
     * Removes a key. Returns false if {@code before} is no longer the stored record. After a removal, the caller must
     * remove the key from the index and then call {@link #forgetKey}.
     */
    public boolean remove(Stored<ManagedKey> before, Audit audit) {
        return commit(LedgerStep.remove(before, audit));
    }

    /** Removes all data of a key except its record. */
    public void forgetKey(String workspace, String id) {
        redis.call(commands -> commands.hdel(names.answers(workspace), id));
        redis.call(commands -> commands.del(names.owner(id)));
        redis.call(commands -> commands.zrem(schema.used(workspace), id));
        claims.forget(workspace, id);
    }

    public Claims claims() {
        return claims;
    }

    /**
     * Returns the script that creates a key which its owner already has; {@link Creation#of} interprets the answer. The
     * caller must first write the key's {@link LedgerNames#owner} and call {@link #mark}.
     */
    public Script creation(ManagedKey key, Audit audit, Room room) {
        return commit.script(LedgerStep.make(key, Pending.of(key), audit).in(room));
    }

    /** Returns the script that {@link #settle(LedgerEntry)} sends. */
    public Script settling(LedgerEntry entry) {
        return settling(entry.workspace(), Pending.of(entry));
    }

    private Script settling(String workspace, Pending pending) {
        return new Script(SETTLE, List.of(names.pending(workspace)), List.of(pending.field(), pending.value()));
    }

    /** Removes the note of the change that produced {@code entry}; a newer note stays. */
    public void settle(LedgerEntry entry) {
        settle(entry.workspace(), Pending.of(entry));
    }

    /** As {@link Answers#begin}. */
    public boolean confirm(ManagedKey key) {
        return answers.begin(key);
    }

    public boolean settle(String workspace, Pending pending) {
        return redis.<Long>call(settling(workspace, pending)::number) > 0;
    }

    /** Returns the workspace itself or the key, whichever {@code field} names. */
    public Optional<? extends Stored<? extends LedgerEntry>> find(String workspace, String field) {
        return field.equals(ManagedWorkspace.FIELD) ? findWorkspace(workspace) : findKey(workspace, field);
    }

    /** Returns the workspaces that might have notes. */
    public List<String> recent() {
        return redis.call(commands -> commands.zrange(names.recent(), 0, -1));
    }

    /**
     * Removes {@code workspaces}, which have no notes, from the recent workspaces in one batch, except a workspace that
     * was marked just now.
     */
    public void forget(List<String> workspaces) {
        all(workspaces.stream()
                .map(workspace -> new Script(
                        FORGET, List.of(names.recent()), List.of(workspace, Integer.toString(RECENT_SECONDS))))
                .toList());
    }

    /** Removes the given notes in one batch, except notes that have been replaced since. */
    public void settle(List<Noted> notes) {
        all(notes.stream()
                .map(noted -> settling(noted.workspace(), noted.note()))
                .toList());
    }

    private void all(List<Script> scripts) {
        redis.<Script, Long>all(scripts, script -> script::number).forEach(Answer::orThrow);
    }

    /** Returns the page that follows each of {@code pages}. The queries are sent as one batch. */
    public List<NotesPage> notesAfter(List<NotesPage> pages) {
        List<Answer<MapScanCursor<String, String>>> next = redis.all(
                pages,
                page -> commands -> commands.hscan(
                        names.pending(page.workspace()), page.next(), ScanArgs.Builder.limit(SCAN_COUNT)));
        List<NotesPage> found = new ArrayList<>(pages.size());
        for (int i = 0; i < next.size(); i++) {
            MapScanCursor<String, String> page = next.get(i).orThrow();
            List<Pending> notes = page.getMap().entrySet().stream()
                    .map(note -> new Pending(note.getKey(), note.getValue()))
                    .toList();
            found.add(new NotesPage(pages.get(i).workspace(), notes, page));
        }
        return found;
    }

    /** Passes every note of the workspace to {@code visitor}, page by page. The visitor may remove notes. */
    public void forEachPending(String workspace, Consumer<Pending> visitor) {
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            ScanCursor from = cursor;
            MapScanCursor<String, String> page = redis.call(
                    commands -> commands.hscan(names.pending(workspace), from, ScanArgs.Builder.limit(SCAN_COUNT)));
            page.getMap().forEach((field, value) -> visitor.accept(new Pending(field, value)));
            cursor = page;
        } while (!cursor.isFinished());
    }

    private boolean commit(LedgerStep step) {
        mark(step.entry().workspace());
        return commit.apply(step);
    }

    /** Adds {@code workspace} to the recent workspaces. Must precede every step on the workspace. */
    public void mark(String workspace) {
        redis.count(MARK, List.of(names.recent()), workspace);
    }

    public LedgerNames names() {
        return names;
    }

    private @Nullable String record(String workspace, String field) {
        return redis.<@Nullable String>call(commands -> commands.hget(names.records(workspace), field));
    }

    private List<String> namesAfter(String set, String after, int limit) {
        Range<String> range =
                after.isEmpty() ? Range.unbounded() : Range.from(Boundary.excluding(after), Boundary.unbounded());
        return redis.call(commands -> commands.zrangebylex(set, range, Limit.from(limit)));
    }
}
