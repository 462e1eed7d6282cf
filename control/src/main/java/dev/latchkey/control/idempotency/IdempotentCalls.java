package dev.latchkey.control.idempotency;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.AnsweredRequest;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.rules.Fingerprint;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Idempotency for calls that create something: a call can be repeated for a day (AIP-155). If the caller gives a
 * request id, the created record is claimed for this id in the same atomic step. A repeat returns the record and
 * creates nothing. A key that was withdrawn because its secret reached nobody does not count. A request id belongs to
 * one caller within one workspace and is valid for one request.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too. Of two concurrent calls with the
 * same id, one creates the record, and the other waits briefly for the outcome.
 */
public final class IdempotentCalls {
    private static final int MAX_ATTEMPTS = 10;
    private static final int MAX_WAITS = 40;
    private static final long WAIT_NANOS = 50_000_000;

    private final Ledger ledger;

    public IdempotentCalls(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * A call that can be repeated.
     *
     * @param workspace the workspace in whose part of the ledger the call creates its record
     * @param fingerprint the fingerprint of the complete request
     */
    public record Call(Caller caller, String workspace, String fingerprint) {
        private String name() {
            return Fingerprint.of(caller.name(), caller.requestId());
        }
    }

    /**
     * The functions that produce the result of a call.
     *
     * @param first creates the record; returns empty if another record is in the way, perhaps that of a repeat
     * @param again returns the result for the record with the given id; empty if this record does not count
     * @param taken returns the exception for a call that created nothing although it is not a repeat
     */
    public record Answers<T>(
            Function<Optional<Claim>, Optional<T>> first,
            Function<String, Optional<T>> again,
            Supplier<RefusedException> taken) {}

    /** Returns the result of {@code call}: creates the record, or returns the record that the first call created. */
    public <T> T answer(Call call, Answers<T> answers) {
        if (call.caller.requestId().isEmpty()) {
            return answers.first.apply(Optional.empty()).orElseThrow(answers.taken);
        }
        String name = call.name();
        Optional<AnsweredRequest> before = ledger.answered(call.workspace, name);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<T> told = before.flatMap(answered -> again(call, answered, answers));
            if (told.isPresent()) {
                return told.get();
            }
            Optional<T> made = first(call, new Claim(name, before, call.fingerprint), answers);
            if (made.isPresent()) {
                return made.get();
            }
            Optional<AnsweredRequest> now = ledger.answered(call.workspace, name);
            if (now.equals(before)) {
                // No concurrent repeat has created a record, so an unrelated record has the id.
                throw answers.taken.get();
            }
            before = now;
        }
        throw underWay();
    }

    /**
     * Attempts the creation. A conflict might be caused by the record that a concurrent call with the same request id
     * has just created; the result is then that of the other call.
     */
    private <T> Optional<T> first(Call call, Claim claim, Answers<T> answers) {
        try {
            return answers.first.apply(Optional.of(claim));
        } catch (RefusedException e) {
            Optional<T> told = e.kind() == Kind.CONFLICT
                    ? ledger.answered(call.workspace, claim.request())
                            .filter(now -> !claim.before().equals(Optional.of(now)))
                            .flatMap(now -> again(call, now, answers))
                    : Optional.empty();
            if (told.isEmpty()) {
                throw e;
            }
            return told;
        }
    }

    /**
     * Returns the key that a call has created, after waiting for the outcome of that call: whether the secret was
     * shown, or that this is unknown. Returns empty if the secret was not shown and the key was withdrawn.
     */
    public Optional<ManagedKey> keptKey(String workspace, String id) {
        for (int wait = 0; wait < MAX_WAITS && isUnderWay(workspace, id); wait++) {
            LockSupport.parkNanos(WAIT_NANOS);
        }
        // Read the note before the record: once the note is gone, the record holds the outcome.
        if (ledger.isUnseen(workspace, id)) {
            throw underWay();
        }
        return ledger.findKey(workspace, id).map(Stored::entry).filter(key -> !key.withdrawn());
    }

    private boolean isUnderWay(String workspace, String id) {
        return ledger.isUnseen(workspace, id) || ledger.answers().isOpen(workspace, id);
    }

    private static <T> Optional<T> again(Call call, AnsweredRequest answered, Answers<T> answers) {
        if (!answered.fingerprint().equals(call.fingerprint)) {
            Violations violations = new Violations();
            violations.add(
                    "request_id",
                    MessageText.quoted(call.caller.requestId()),
                    "the id of this request alone: you gave it to another one in this workspace within the last"
                            + " 24 hours");
            violations.throwIfAny();
        }
        return answers.again.apply(answered.field());
    }

    private static RefusedException underWay() {
        return new RefusedException(
                Kind.UNAVAILABLE,
                "another call with this request_id is under way, so this one did nothing; repeat it in a minute"
                        + " to be told how that went");
    }
}
