package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Script;
import dev.latchkey.control.redis.StoreException;
import io.lettuce.core.KeyValue;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The marks of new keys whose response, which contains the secret, is not known to have been sent. They are a hash in
 * the workspace's slot that maps a key id to {@code open} (a call might be sending the response now) or {@code
 * unconfirmed} (nobody knows whether it was sent). The step that allows the secret to be shown sets the mark, and the
 * mark is removed once the control plane has written the response to the caller's connection. A process that stops in
 * between leaves the mark in Redis, so no mark is lost with a process.
 *
 * <p>Every method throws {@link StoreException}. This class is thread-safe, also among several control planes.
 */
public final class Answers {
    static final String OPEN = "open";
    private static final String UNCONFIRMED = "unconfirmed";
    private static final long SCAN_COUNT = 100;

    private static final String BEGIN = """
            #!lua flags=allow-oom
            if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
            redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
            return redis.call('HDEL', KEYS[1], ARGV[1])
            """;

    private static final String END = """
            #!lua flags=allow-oom
            if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
            return redis.call('HDEL', KEYS[1], ARGV[1])
            """;

    /** The audit entry is written first, for the same reason as in {@link Commit}. */
    private static final String DOUBT = """
            local mark = redis.call('HGET', KEYS[1], ARGV[1]) or ''
            if mark == ARGV[2] or (ARGV[3] ~= '' and mark ~= ARGV[3]) then return 0 end
            redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            return 1
            """;

    private final RedisCalls redis;
    private final LedgerNames names;

    Answers(RedisCalls redis, LedgerNames names) {
        this.redis = redis;
        this.names = names;
    }

    /**
     * Allows the secret of a new key to be shown, and marks its response as open. Returns false if the key has been
     * changed or withdrawn in the meantime.
     */
    boolean begin(ManagedKey key) {
        Pending note = Pending.unseen(key);
        List<String> keys = List.of(names.pending(key.workspace()), names.answers(key.workspace()));
        return redis.count(BEGIN, keys, note.field(), note.value(), OPEN) > 0;
    }

    /** Removes the open mark of a key whose response is no longer open. An unconfirmed mark stays. */
    public void end(String workspace, String id) {
        redis.count(END, List.of(names.answers(workspace)), id, OPEN);
    }

    /**
     * Marks the response of a key as unconfirmed, with an entry in the audit trail. Idempotent: a key gets one entry.
     */
    public void doubt(ManagedKey key, Audit audit) {
        doubt(key, "", audit);
    }

    /** As {@link #doubt}, but only if the response of the key is still open; returns false if it is not. */
    public boolean doubtOpen(ManagedKey key, Audit audit) {
        return doubt(key, OPEN, audit);
    }

    private boolean doubt(ManagedKey key, String before, Audit audit) {
        List<String> keys = List.of(names.answers(key.workspace()), names.audit(key.workspace()));
        List<String> args = new ArrayList<>(List.of(key.id(), UNCONFIRMED, before));
        args.addAll(LedgerStep.fields(audit, null, key));
        return redis.<Long>call(new Script(DOUBT, keys, args)::number) > 0;
    }

    /** Returns whether a call might be sending the response of the key {@code id} now. */
    public boolean isOpen(String workspace, String id) {
        return OPEN.equals(redis.<@Nullable String>call(commands -> commands.hget(names.answers(workspace), id)));
    }

    /** Returns the keys among {@code ids} whose response is marked as unconfirmed. */
    public Set<String> unconfirmed(String workspace, List<String> ids) {
        Set<String> found = new HashSet<>();
        if (!ids.isEmpty()) {
            for (KeyValue<String, String> mark :
                    redis.call(commands -> commands.hmget(names.answers(workspace), ids.toArray(String[]::new)))) {
                if (mark.getValueOrElse("").equals(UNCONFIRMED)) {
                    found.add(mark.getKey());
                }
            }
        }
        return found;
    }

    /**
     * Returns the workspaces among {@code workspaces} that might have open marks. The queries are sent as one batch.
     */
    public List<String> mayBeOpen(List<String> workspaces) {
        List<RedisCalls.Answer<MapScanCursor<String, String>>> pages = redis.all(
                workspaces,
                workspace -> commands -> commands.hscan(
                        names.answers(workspace), ScanCursor.INITIAL, ScanArgs.Builder.limit(SCAN_COUNT)));
        List<String> found = new ArrayList<>();
        for (int i = 0; i < workspaces.size(); i++) {
            MapScanCursor<String, String> page = pages.get(i).orThrow();
            // A workspace with more marks than one page might have open marks on a later page.
            if (!page.isFinished() || page.getMap().containsValue(OPEN)) {
                found.add(workspaces.get(i));
            }
        }
        return found;
    }

    /** Passes the id of each key that is marked as open to {@code visitor}, which may remove the mark. */
    public void forEachOpen(String workspace, Consumer<String> visitor) {
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            ScanCursor from = cursor;
            MapScanCursor<String, String> page = redis.call(
                    commands -> commands.hscan(names.answers(workspace), from, ScanArgs.Builder.limit(SCAN_COUNT)));
            page.getMap().forEach((id, mark) -> {
                if (mark.equals(OPEN)) {
                    visitor.accept(id);
                }
            });
            cursor = page;
        } while (!cursor.isFinished());
    }
}
