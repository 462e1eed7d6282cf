package dev.latchkey.control.ledger;

import dev.latchkey.control.record.AnsweredRequest;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.Pending;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The only way to create, change or remove a record of the ledger. One script on one slot of a cluster writes the audit
 * entry, the record, the note that the index lacks the change, and the answer for a repeat of the call. If a
 * precondition of the step does not hold, the script writes nothing.
 *
 * <p>Redis does not roll back a script that fails in the middle, so the script writes the audit entry first. If the
 * entry cannot be written, nothing is changed; if a later command fails, no change goes unrecorded. This class is
 * immutable and thread-safe.
 */
final class Commit {
    /** How long a repeat of a call gets the same answer. */
    private static final int CLAIM_SECONDS = 24 * 60 * 60;

    /** The script's answer if the workspace has changed since it was read. */
    static final long MOVED = -1;

    private static final String SCRIPT = """
            local records, ids, pending, audit, answers, request = unpack(KEYS)
            local field, before, after = ARGV[1], ARGV[2], ARGV[3]
            local note, note_before, taken, taken_note = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
            local claim_before, claim, claim_seconds, open = ARGV[8], ARGV[9], ARGV[10], ARGV[11]
            local workspace, most = ARGV[12], tonumber(ARGV[13])

            if (redis.call('HGET', records, field) or '') ~= before then return 0 end
            if note_before ~= '' and redis.call('HGET', pending, field) ~= note_before then return 0 end
            if taken ~= '' and redis.call('HGET', pending, taken) ~= taken_note then return 0 end
            if request and (redis.call('GET', request) or '') ~= claim_before then return 0 end

            if workspace ~= '' and redis.call('HGET', records, '.') ~= workspace then return -1 end
            if most > 0 and #redis.call('ZRANGE', ids, most - 1, most - 1) > 0 then return -2 end

            redis.call('XADD', audit, '*', unpack(ARGV, 14))
            if request then redis.call('SET', request, claim, 'EX', claim_seconds) end
            if taken ~= '' then
                redis.call('HSET', answers, taken, open)
                redis.call('HDEL', pending, taken)
            end
            redis.call('HSET', pending, field, note)
            if after == '' then
                redis.call('HDEL', records, field)
                redis.call('ZREM', ids, field)
                return 1
            end
            redis.call('HSET', records, field, after)
            if field ~= '.' then redis.call('ZADD', ids, 0, field) end
            return 1
            """;
    private static final String WIDENING = "#!lua\n" + SCRIPT;
    private static final String NARROWING = "#!lua flags=allow-oom\n" + SCRIPT;

    private final RedisCalls redis;
    private final LedgerNames names;

    Commit(RedisCalls redis, LedgerNames names) {
        this.redis = redis;
        this.names = names;
    }

    /**
     * Makes the change. Returns false, and changes nothing, if Redis no longer holds the values that the step expects.
     */
    boolean apply(LedgerStep step) {
        return redis.<Long>call(script(step)::number) > 0;
    }

    /** Creates a key, or returns the reason why nothing was done. */
    Creation create(LedgerStep step) {
        return Creation.of(redis.<Long>call(script(step)::number));
    }

    /**
     * Returns the script that {@link #apply} sends. It answers 1 if the change is made, and otherwise a number that
     * {@link Creation#of} interprets.
     */
    Script script(LedgerStep step) {
        List<String> args = new ArrayList<>(List.of(
                step.entry().field(),
                step.before(),
                step.after(),
                step.note().value(),
                step.noteBefore(),
                step.taken().map(Pending::field).orElse(""),
                step.taken().map(Pending::value).orElse("")));
        args.addAll(claim(step));
        args.add(Answers.OPEN);
        args.add(step.room().map(room -> room.workspace().text()).orElse(""));
        args.add(Integer.toString(step.room().map(Room::most).orElse(0)));
        args.addAll(step.audit());
        return new Script(step.narrows() ? NARROWING : WIDENING, keys(step), args);
    }

    private List<String> keys(LedgerStep step) {
        String workspace = step.entry().workspace();
        List<String> keys = new ArrayList<>(List.of(
                names.records(workspace),
                names.ids(workspace),
                names.pending(workspace),
                names.audit(workspace),
                names.answers(workspace)));
        step.claim().ifPresent(claim -> keys.add(names.request(workspace, claim.request())));
        return keys;
    }

    private static List<String> claim(LedgerStep step) {
        Optional<Claim> claim = step.claim();
        return List.of(
                claim.flatMap(Claim::before).map(AnsweredRequest::text).orElse(""),
                claim.map(made -> made.answeredBy(step.entry()).text()).orElse(""),
                Integer.toString(CLAIM_SECONDS));
    }
}
