package dev.latchkey.control.imports;

import dev.latchkey.control.ledger.Claims;
import dev.latchkey.control.ledger.Creation;
import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One key that {@link KeyIntake} processes, and its state so far. This class is not thread-safe. */
public final class IntakeItem {

    /** The state of a key; after the last step, its result. */
    public enum Outcome {
        /** The intake of the key is in progress. */
        OPEN,
        /** The ledger and the index hold the key. */
        IMPORTED,
        /** The index or at least the ledger already held the key, possibly as revoked. */
        EXISTED,
        /** An intake into another workspace has claimed the key and has not recorded it, or not yet. */
        CLAIMED,
        /** The key has ended and its record was purged before its time: the secret must not come back yet. */
        ENDED,
        /** The workspace holds the maximum number of keys. */
        FULL,
        /** The ledger holds the key, but the index holds a record of another service, written meanwhile. */
        CONFLICT,
        /** The ledger holds the key, and the index will hold it as soon as Redis allows. */
        RECORDED,
        /**
         * The ledger step, or a step before it, failed. If the ledger step failed, the ledger might still hold the key.
         */
        UNDONE
    }

    private static final String MOVED = "the workspace was changed meanwhile";

    private final List<KeyDigest> digests;
    private final List<String> claims;
    private final String firstClaim;
    private ManagedKey key;
    private Outcome outcome = Outcome.OPEN;
    private Optional<ManagedKey> existing = Optional.empty();
    private Optional<StoreException> failure = Optional.empty();
    private String claimedBy = "";
    private boolean recordedByOther;
    private boolean shown;

    /**
     * @param key the key to record, with a new id and with the digest under the newest pepper
     * @param digests the digests of the secret under every pepper
     * @param claims the names of the claims, as {@link dev.latchkey.key.KeyClaims} returns them
     */
    public IntakeItem(ManagedKey key, List<KeyDigest> digests, List<String> claims) {
        this.claims = List.copyOf(claims);
        this.firstClaim = Claims.text(key.workspace(), key.id());
        this.key = key;
        // Lowest version first, so that the order does not depend on the pepper list of each control plane.
        this.digests = digests.stream()
                .sorted(Comparator.comparing(KeyDigest::pepperVersion))
                .toList();
    }

    public Outcome outcome() {
        return outcome;
    }

    /**
     * Returns the key that is imported or at least recorded, or that this workspace already held. Returns empty if none
     * of these applies, or if the existing key cannot be read.
     */
    public Optional<ManagedKey> result() {
        return switch (outcome) {
            case IMPORTED, RECORDED, CONFLICT -> Optional.of(key);
            case OPEN, EXISTED, CLAIMED, ENDED, FULL, UNDONE -> existing;
        };
    }

    /** Returns the last failure of a command for this key, if any. A failure can be harmless. */
    public Optional<StoreException> failure() {
        return failure;
    }

    ManagedKey key() {
        return key;
    }

    int peppers() {
        return digests.size();
    }

    /** @param n the index of the pepper, from 0 for the lowest version */
    KeyDigest digest(int n) {
        return digests.get(n);
    }

    List<String> claims() {
        return claims;
    }

    boolean isOpen() {
        return outcome == Outcome.OPEN;
    }

    /** Records a failed command. A key that is still in progress is thereby undone; a later state is kept. */
    void failed(StoreException e) {
        failure = Optional.of(e);
        if (isOpen()) {
            outcome = Outcome.UNDONE;
        }
    }

    /** Records whether the key already exists. */
    void lookedUp(boolean held) {
        if (held) {
            outcome = Outcome.EXISTED;
        }
    }

    boolean isKnown() {
        return outcome == Outcome.EXISTED;
    }

    /**
     * Accepts the record that the index holds under {@code digest}; {@code fields} is empty if there is none. If
     * several records exist, a revoked record takes precedence.
     */
    void indexed(KeyDigest digest, Map<String, String> fields) {
        try {
            KeyRecord record = IndexSchema.decodeKey(fields);
            if (record.workspace().equals(key.workspace()) && (existing.isEmpty() || record.revoked())) {
                existing = Optional.of(ManagedKey.foreign(record, digest, key.start()));
            }
        } catch (IndexException e) {
            // The index holds the key under another digest, or the record is damaged: there is no key to show.
        }
    }

    Optional<ManagedKey> existing() {
        return existing;
    }

    /**
     * Accepts the ledger's record of the key that the index holds.
     *
     * @param text the encoded record; null if there is none
     */
    void ledgerHas(@Nullable String text) {
        decode(existing.map(ManagedKey::id).orElse(key.id()), text)
                .filter(known -> digests.contains(known.digest()))
                .ifPresent(known -> existing = Optional.of(known));
    }

    /**
     * Accepts the record that another intake has created under the claim, perhaps under a pepper of its own.
     *
     * @param text the encoded record; null if there is none
     */
    void otherHas(@Nullable String text) {
        existing = decode(key.id(), text);
    }

    private Optional<ManagedKey> decode(String id, @Nullable String text) {
        try {
            return Optional.ofNullable(text).map(record -> LedgerCodec.decodeKey(id, record));
        } catch (StoreException e) {
            failed(e);
            return Optional.empty();
        }
    }

    /** Returns the value of this intake's claim, in the form that {@link #claimStood} parses. */
    String claim() {
        return Claims.text(key.workspace(), key.id());
    }

    /**
     * Accepts the claim that existed before this intake's own. A claim of an intake, unlike the mark of a purged key,
     * passes its id on to this key.
     *
     * @param claim the value of the claim; null if there was none
     */
    void claimStood(@Nullable String claim) {
        if (claim != null && Claims.isEnded(claim)) {
            outcome = Outcome.ENDED;
        } else if (claim != null) {
            int space = claim.indexOf(' ');
            claimedBy = claim.substring(0, space);
            key = key.withId(claim.substring(space + 1));
            outcome = claimedBy.equals(key.workspace()) ? Outcome.OPEN : Outcome.CLAIMED;
        }
    }

    /** Returns whether the claim of another workspace, or the mark of a purged key, prevents this intake of the key. */
    boolean isClaimLost() {
        return outcome == Outcome.CLAIMED || outcome == Outcome.ENDED;
    }

    /** Returns the value of {@link #claim} before another intake's claim replaced it. */
    String firstClaim() {
        return firstClaim;
    }

    boolean isClaimedElsewhere() {
        return outcome == Outcome.CLAIMED;
    }

    String claimedBy() {
        return claimedBy;
    }

    /**
     * Accepts the record that the other workspace's ledger holds of the key.
     *
     * @param text the encoded record; null if there is none
     */
    void claimantHas(@Nullable String text) {
        lookedUp(text != null);
    }

    /** Accepts the result of the ledger step. If the id is taken, another intake has created the record. */
    void recorded(Creation creation) {
        switch (creation) {
            case MADE -> outcome = Outcome.RECORDED;
            case TAKEN -> {
                outcome = Outcome.EXISTED;
                recordedByOther = true;
            }
            case FULL -> outcome = Outcome.FULL;
            case MOVED -> failed(new StoreException(StoreException.Fault.REFUSED, MOVED));
        }
    }

    boolean isRecorded() {
        return outcome == Outcome.RECORDED;
    }

    boolean isRecordedByOther() {
        return recordedByOther;
    }

    /** Returns the key that the index might not hold yet, so that it must be written; empty if there is none. */
    Optional<ManagedKey> toShow() {
        return outcome == Outcome.RECORDED || recordedByOther ? result() : Optional.empty();
    }

    /**
     * Records that the index has answered.
     *
     * @param conflict whether the index holds a different record under the name of the key
     */
    void shown(boolean conflict) {
        shown = true;
        if (outcome == Outcome.RECORDED) {
            outcome = conflict ? Outcome.CONFLICT : Outcome.IMPORTED;
        }
    }

    boolean isShown() {
        return shown;
    }
}
