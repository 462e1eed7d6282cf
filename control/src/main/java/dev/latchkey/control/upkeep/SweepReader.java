package dev.latchkey.control.upkeep;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.LedgerEntry;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Answer;
import dev.latchkey.control.redis.StoreException;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of the ledger in pages, for workspaces of any size. Each step sends all its commands as one batch.
 *
 * <p>This class is thread-safe.
 */
final class SweepReader {
    private static final Logger log = LoggerFactory.getLogger(SweepReader.class);
    private static final int WORKSPACES = 50;
    /** The number of keys of one workspace that are read together with other workspaces. */
    private static final int FEW_KEYS = 50;

    private static final int KEYS = 500;

    private final RedisCalls redis;
    private final Ledger ledger;

    SweepReader(RedisCalls redis, Ledger ledger) {
        this.redis = redis;
        this.ledger = ledger;
    }

    /**
     * A part of the records of one workspace.
     *
     * @param fields the fields of the records: keys, and the workspace itself in its first part
     * @param more whether more keys follow
     */
    record Part(String workspace, List<String> fields, boolean more) {
        Part {
            fields = List.copyOf(fields);
        }

        String last() {
            return fields.get(fields.size() - 1);
        }
    }

    /**
     * Returns the parts that follow {@code place}, of many small workspaces or of one large workspace. The list is
     * empty at the end.
     */
    List<Part> parts(SweepPlace place) {
        return place.key().isEmpty()
                ? parts(ledger.workspacesAfter(place.workspace(), WORKSPACES))
                : List.of(part(place.workspace(), ledger.keyIdsAfter(place.workspace(), place.key(), KEYS)));
    }

    private static Part part(String workspace, List<String> ids) {
        return new Part(workspace, ids, ids.size() == KEYS);
    }

    private List<Part> parts(List<String> workspaces) {
        List<List<String>> ids = all(
                workspaces,
                workspace -> commands ->
                        commands.zrangebylex(ledger.names().ids(workspace), Range.unbounded(), Limit.from(FEW_KEYS)));
        List<Part> parts = new ArrayList<>();
        int records = 0;
        for (int i = 0; i < workspaces.size() && records < KEYS; i++) {
            List<String> fields = new ArrayList<>(List.of(ManagedWorkspace.FIELD));
            fields.addAll(ids.get(i));
            boolean more = ids.get(i).size() == FEW_KEYS;
            parts.add(new Part(workspaces.get(i), fields, more));
            records += fields.size();
            if (more) {
                break;
            }
        }
        return parts;
    }

    /** Returns the records of {@code parts}. Missing and damaged records are left out; damaged records are logged. */
    List<Stored<? extends LedgerEntry>> records(List<Part> parts) {
        List<Part> some =
                parts.stream().filter(part -> !part.fields().isEmpty()).toList();
        List<List<KeyValue<String, String>>> texts = all(
                some,
                part -> commands -> commands.hmget(
                        ledger.names().records(part.workspace()), part.fields().toArray(String[]::new)));
        List<Stored<? extends LedgerEntry>> records = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            String workspace = some.get(i).workspace();
            for (KeyValue<String, String> text : texts.get(i)) {
                text.ifHasValue(value -> decode(workspace, text.getKey(), value, records));
            }
        }
        return records;
    }

    private static void decode(
            String workspace, String field, String text, List<Stored<? extends LedgerEntry>> records) {
        try {
            records.add(
                    field.equals(ManagedWorkspace.FIELD)
                            ? new Stored<>(LedgerCodec.decodeWorkspace(workspace, text), text)
                            : new Stored<>(LedgerCodec.decodeKey(field, text), text));
        } catch (StoreException e) {
            log.error("{} of {} is not compared with the index: {}", field, workspace, e.getMessage());
        }
    }

    private <I, T> List<T> all(
            List<I> items, Function<I, Function<RedisAsyncCommands<String, String>, RedisFuture<T>>> command) {
        return redis.all(items, command).stream().map(Answer::orThrow).toList();
    }
}
