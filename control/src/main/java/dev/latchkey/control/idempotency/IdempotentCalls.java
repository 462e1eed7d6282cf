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
 * Lets a call that makes something be repeated for a day (AIP-155). If its caller gives it an id, what it makes is claimed for
 * that id in the same step; a repeat is told of it and makes nothing. A key that was withdrawn, since its secret reached nobody,
 * does not count. An id is its caller's alone, within one workspace, and good for one request.
 *
 * <p>This class is thread-safe, also among several control planes: of two calls at once, one makes something, and the other
 * waits a little for how that ends.
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
     * @param workspace in whose part of the ledger it makes something
     * @param fingerprint of everything that it asks for
     */
    public record Call(Caller caller, String workspace, String fingerprint) {
        private String name() {
            return Fingerprint.of(caller.name(), caller.requestId());
        }
    }

    /**
     * How a call is answered.
     *
     * @param first makes what is asked for; empty if something else stands there, which may be what a repeat has made
     * @param again tells of the record of this name that was made; empty if it does not count
     * @param taken why nothing was made although the call is no repeat
     */
    public record Answers<T>(
            Function<Optional<Claim>, Optional<T>> first,
            Function<String, Optional<T>> again,
            Supplier<RefusedException> taken) {}

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
                throw answers.taken.get();
            }
            before = now;
        }
        throw underWay();
    }

    /** What stands in the way of a call may be what another with the same id has just made: then that is the answer. */
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
     * Returns the key that a call has made, once it is known whether its secret was shown, or that this is not known; empty if it
     * was not.
     */
    public Optional<ManagedKey> keptKey(String workspace, String id) {
        for (int wait = 0; wait < MAX_WAITS && isUnderWay(workspace, id); wait++) {
            LockSupport.parkNanos(WAIT_NANOS);
        }
        // The note first: once it is gone, the record says how that went.
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
                    "the id of this request alone: you gave it to another one in this workspace within the last 24 hours");
            violations.throwIfAny();
        }
        return answers.again.apply(answered.field());
    }

    private static RefusedException underWay() {
        return new RefusedException(
                Kind.UNAVAILABLE,
                "another call with this request_id is under way, so this one did nothing; repeat it in a minute to be told"
                        + " how that went");
    }
}
