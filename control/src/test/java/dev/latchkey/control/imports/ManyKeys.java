package dev.latchkey.control.imports;

import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.key.Digests;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.ScoredValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Fills the ledger fast: with the records as they are, without an audit trail and without the index. */
public final class ManyKeys {
    private static final int CHUNK = 1000;

    private ManyKeys() {}

    /**
     * Returns an active key that never expires, such as {@code key_00000000000000000000000042} with the name
     * {@code Key 42}.
     */
    public static ManagedKey key(String workspace, int number) {
        return key(workspace, number, "Key " + number, KeyRecord.NEVER);
    }

    public static ManagedKey key(String workspace, int number, String name, long expiresAt) {
        KeyRecord record = new KeyRecord(
                String.format("key_%026d", number),
                workspace,
                Environment.LIVE,
                Set.of("cases:read"),
                KeyRecord.State.ACTIVE,
                expiresAt,
                1);
        KeyDigest digest = Digests.named("key " + number);
        return ManagedKey.made(record, digest, name, "opt_live_abcd", number + 1L, ManagedKey.Links.NONE);
    }

    /** Stores {@code count} keys of {@code workspace}. */
    public static List<ManagedKey> fill(RealRedis redis, String workspace, int count, IntFunction<ManagedKey> make) {
        List<ManagedKey> all = new ArrayList<>(count);
        for (int done = 0; done < count; ) {
            Map<String, String> records = new TreeMap<>();
            for (int i = 0; i < CHUNK && done < count; i++) {
                ManagedKey key = make.apply(done++);
                all.add(key);
                records.put(key.id(), LedgerCodec.encode(key));
            }
            store(redis, workspace, records);
        }
        return all;
    }

    private static void store(RealRedis redis, String workspace, Map<String, String> records) {
        String part = "latchkey:ledger:{" + workspace + "}:";
        redis.commands().hset(part + "records", records);
        @SuppressWarnings("unchecked") // an array of a generic type
        ScoredValue<String>[] ids =
                records.keySet().stream().map(id -> ScoredValue.just(0, id)).toArray(ScoredValue[]::new);
        redis.commands().zadd(part + "ids", ids);
        redis.commands()
                .mset(records.keySet().stream()
                        .collect(Collectors.toMap(id -> "latchkey:ledger:owner:" + id, id -> workspace)));
    }
}
