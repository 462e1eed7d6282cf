package dev.latchkey.control.index;

import dev.latchkey.control.ledger.Answers;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The final stage of a new key: either the response with its secret was sent, or the key is withdrawn. A write that
 * Redis does not accept now is kept in memory, without the secret, and retried. If the process ends before that, the
 * ledger still holds the key's note or its mark, see {@link Answers}: because of the note, any control plane withdraws
 * the key; because of the mark, the key is shown as unconfirmed.
 *
 * <p>This class is thread-safe, also among several control planes.
 */
public final class Handover {
    private static final Logger log = LoggerFactory.getLogger(Handover.class);

    /**
     * Longer than a call can take between the ledger's step and the end of its response. If the clocks of two control
     * planes differ by more than this, a call in flight in one of them fails, or its key is shown as unconfirmed; no
     * key whose secret was shown is lost.
     */
    public static final Duration ABANDONED = Duration.ofSeconds(30);

    /** The reason for the withdrawal of a key whose response was never to be sent. */
    public static final String SHOWN_TO_NOBODY = "its secret was shown to nobody";

    private static final int MAX_ATTEMPTS = 10;
    /**
     * The number of keys that are kept in memory, each a few hundred bytes. For further keys, only their notes and
     * marks in the ledger remain.
     */
    private static final int MAX_UNFINISHED = 10_000;

    private final Ledger ledger;
    private final Projector projector;
    private final Clock clock;
    private final ConcurrentMap<String, Unfinished> unfinished = new ConcurrentHashMap<>();

    Handover(Ledger ledger, Projector projector, Clock clock) {
        this.ledger = ledger;
        this.projector = projector;
        this.clock = clock;
    }

    /** The progress of a withdrawal. */
    public enum Withdrawal {
        /** The ledger and the index have the withdrawal: no request passes with the key. */
        DONE,
        /** The ledger has the withdrawal, and the index will get it. Until then, requests with the key still pass. */
        RECORDED,
        /** The withdrawal is in memory only, and is retried every second. */
        DEFERRED
    }

    /**
     * A write that is still to be made.
     *
     * @param reason why the key is to be withdrawn; empty: its response was sent
     */
    private record Unfinished(ManagedKey key, String reason) {}

    /**
     * Records that the response with the secret of {@code key} was written to its caller's connection. Never throws.
     */
    public void sent(ManagedKey key) {
        try {
            ledger.answers().end(key.workspace(), key.id());
        } catch (StoreException e) {
            defer(new Unfinished(key, ""), e.trouble());
        }
    }

    /** Revokes a new key whose secret will not reach its caller, now or as soon as Redis allows it. Never throws. */
    public Withdrawal withdraw(ManagedKey key, String reason) {
        Unfinished wanted = new Unfinished(key, reason);
        try {
            Optional<Withdrawal> done = attempt(wanted);
            if (done.isPresent()) {
                return done.get();
            }
            defer(wanted, "others change it all the time");
        } catch (StoreException e) {
            defer(wanted, e.trouble());
        }
        return Withdrawal.DEFERRED;
    }

    /**
     * Retries the writes that Redis has not accepted so far.
     *
     * @throws StoreException if Redis still accepts none
     */
    public void retry() {
        for (Iterator<Unfinished> left = unfinished.values().iterator(); left.hasNext(); ) {
            Unfinished wanted = left.next();
            try {
                if (wanted.reason.isEmpty()) {
                    ledger.answers().end(wanted.key.workspace(), wanted.key.id());
                    left.remove();
                } else if (attempt(wanted).isPresent()) {
                    left.remove();
                }
            } catch (StoreException e) {
                if (e.fault() != StoreException.Fault.BAD_RECORD) {
                    throw e;
                }
                // One damaged record must not hold up the others.
                log.error("{} of {} is not withdrawn: {}", wanted.key.id(), wanted.key.workspace(), e.getMessage());
                left.remove();
            }
        }
    }

    /**
     * Reviews the keys of {@code workspaces} whose response might be in flight. A key whose call was abandoned is
     * marked as unconfirmed. Returns the workspaces in which some keys stay open.
     */
    public Set<String> review(List<String> workspaces) {
        Set<String> open = new HashSet<>();
        for (String workspace : ledger.answers().mayBeOpen(workspaces)) {
            ledger.answers().forEachOpen(workspace, id -> {
                if (isUnderWay(workspace, id)) {
                    open.add(workspace);
                }
            });
        }
        return open;
    }

    private boolean isUnderWay(String workspace, String id) {
        Optional<ManagedKey> found;
        try {
            found = ledger.findKey(workspace, id).map(Stored::entry).filter(key -> !key.closed());
        } catch (StoreException e) {
            if (e.fault() != StoreException.Fault.BAD_RECORD) {
                throw e;
            }
            log.error("whether {} of {} was answered cannot be noted: {}", id, workspace, e.getMessage());
            found = Optional.empty();
        }
        if (found.isEmpty()) {
            ledger.answers().end(workspace, id);
            return false;
        }
        ManagedKey key = found.get();
        if (clock.millis() - key.createdAt() <= ABANDONED.toMillis()) {
            return true;
        }
        if (ledger.answers().doubtOpen(key, abandoned())) {
            log.warn("key.unanswered {} of {}: whether anybody has its secret is not known", id, workspace);
        }
        return false;
    }

    /** Revokes a new key that its creator has abandoned. A key that was confirmed in the meantime stays. */
    public void withdrawUnseen(Stored<ManagedKey> found) {
        ManagedKey revoked = found.entry().withdraw(clock.millis());
        if (ledger.replaceUnseen(found, revoked, audit(revoked, SHOWN_TO_NOBODY))) {
            noted(revoked);
            projector.project(revoked);
        }
    }

    /** Returns the progress of the withdrawal; empty if other changes to the key came first in every attempt. */
    private Optional<Withdrawal> attempt(Unfinished wanted) {
        ManagedKey key = wanted.key;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<Stored<ManagedKey>> found = ledger.findKey(key.workspace(), key.id());
            if (found.isEmpty()) {
                return Optional.of(Withdrawal.DONE);
            }
            if (found.get().entry().closed()) {
                return Optional.of(shown(found.get().entry()));
            }
            ManagedKey revoked = found.get().entry().withdraw(clock.millis());
            if (ledger.replace(found.get(), revoked, audit(revoked, wanted.reason))) {
                noted(revoked);
                return Optional.of(shown(revoked));
            }
        }
        return Optional.empty();
    }

    /**
     * Writes the revoked key to the index. If this fails, the reconciler writes it, guided by the note in the ledger.
     */
    private Withdrawal shown(ManagedKey revoked) {
        try {
            projector.project(revoked);
            return Withdrawal.DONE;
        } catch (StoreException e) {
            log.warn(
                    "{} of {} is withdrawn, but not in the index yet: {}",
                    revoked.id(),
                    revoked.workspace(),
                    e.trouble());
            return Withdrawal.RECORDED;
        }
    }

    private void defer(Unfinished wanted, String cause) {
        String what = wanted.reason.isEmpty() ? "answered, which is not noted yet" : "to be withdrawn";
        if (unfinished.size() >= MAX_UNFINISHED) {
            log.error(
                    "{} of {} is {}, and too many others are: {}",
                    wanted.key.id(),
                    wanted.key.workspace(),
                    what,
                    cause);
            return;
        }
        unfinished.put(wanted.key.id(), wanted);
        log.warn("{} of {} is {}; tried again: {}", wanted.key.id(), wanted.key.workspace(), what, cause);
    }

    private static void noted(ManagedKey revoked) {
        log.info("key.withdraw {} of {} by {}", revoked.id(), revoked.workspace(), Caller.SELF.name());
    }

    private static Audit audit(ManagedKey revoked, String reason) {
        return new Audit(Caller.SELF, "key.withdraw", reason, revoked.revokedAt());
    }

    private Audit abandoned() {
        return new Audit(
                Caller.SELF,
                "key.unanswered",
                "whether the answer with its secret was sent is not known: rotate or revoke it if nobody has it",
                clock.millis());
    }
}
