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

/** One key that {@link KeyIntake} is to take in, and what has become of it. Not thread-safe. */
public final class IntakeItem {

    /** How far a key has come, and with the last step where it ends. */
    public enum Outcome {
        /** It is still on its way. */
        OPEN,
        /** Ledger and index have it. */
        IMPORTED,
        /** The index, or at least the ledger, had it before; it may be revoked. */
        EXISTED,
        /** An intake into another workspace has claimed it and not recorded it, or not yet. */
        CLAIMED,
        /** It was here and has ended, and its record is gone before its time: its string must not come back yet. */
        ENDED,
        /** The workspace holds as many keys as it may. */
        FULL,
        /** The ledger has it, and the index holds another service's record, made meanwhile, under its name. */
        CONFLICT,
        /** The ledger has it, and the index will as soon as Redis allows. */
        RECORDED,
        /** A step before the ledger's failed; or that itself, and then it may be recorded. */
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
     * @param key as it is to be, with a new id and the digest under the newest pepper
     * @param digests under every pepper
     * @param claims as {@link dev.latchkey.key.KeyClaims} gives them
     */
    public IntakeItem(ManagedKey key, List<KeyDigest> digests, List<String> claims) {
        this.claims = List.copyOf(claims);
        this.firstClaim = Claims.text(key.workspace(), key.id());
        this.key = key;
        // The lowest version first, in whichever order a control plane has its peppers.
        this.digests = digests.stream()
                .sorted(Comparator.comparing(KeyDigest::pepperVersion))
                .toList();
    }

    public Outcome outcome() {
        return outcome;
    }

    /**
     * Returns the key that is imported or at least recorded, or was there in this workspace before; empty if it is none of
     * these, or cannot be read.
     */
    public Optional<ManagedKey> result() {
        return switch (outcome) {
            case IMPORTED, RECORDED, CONFLICT -> Optional.of(key);
            case OPEN, EXISTED, CLAIMED, ENDED, FULL, UNDONE -> existing;
        };
    }

    /** Returns what Redis failed in, if it did; that may be harmless. */
    public Optional<StoreException> failure() {
        return failure;
    }

    ManagedKey key() {
        return key;
    }

    int peppers() {
        return digests.size();
    }

    /** @param n from 0, for the lowest version */
    KeyDigest digest(int n) {
        return digests.get(n);
    }

    List<String> claims() {
        return claims;
    }

    boolean isOpen() {
        return outcome == Outcome.OPEN;
    }

    void failed(StoreException e) {
        failure = Optional.of(e);
        if (isOpen()) {
            outcome = Outcome.UNDONE;
        }
    }

    void lookedUp(boolean held) {
        if (held) {
            outcome = Outcome.EXISTED;
        }
    }

    boolean isKnown() {
        return outcome == Outcome.EXISTED;
    }

    /** Takes what the index holds under {@code digest}, if anything: a revoked record is the one that counts. */
    void indexed(KeyDigest digest, Map<String, String> fields) {
        try {
            KeyRecord record = IndexSchema.decodeKey(fields);
            if (record.workspace().equals(key.workspace()) && (existing.isEmpty() || record.revoked())) {
                existing = Optional.of(ManagedKey.foreign(record, digest, key.start()));
            }
        } catch (IndexException e) {
            // Held under another digest, or damaged: no key that could be shown.
        }
    }

    Optional<ManagedKey> existing() {
        return existing;
    }

    /** Takes the ledger's own record of the one that the index holds; null if there is none. */
    void ledgerHas(@Nullable String text) {
        decode(existing.map(ManagedKey::id).orElse(key.id()), text)
                .filter(known -> digests.contains(known.digest()))
                .ifPresent(known -> existing = Optional.of(known));
    }

    /** Takes what another intake has recorded under the claim, perhaps under a pepper that only it has. */
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

    /** Returns what {@link #claimStood} reads. */
    String claim() {
        return Claims.text(key.workspace(), key.id());
    }

    /** Takes the claim that stood there before; null if none did. */
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

    /** Tells whether somebody else's claim keeps this intake from the key. */
    boolean isClaimLost() {
        return outcome == Outcome.CLAIMED || outcome == Outcome.ENDED;
    }

    /** Returns what {@link #claim} was before it became that of another intake. */
    String firstClaim() {
        return firstClaim;
    }

    boolean isClaimedElsewhere() {
        return outcome == Outcome.CLAIMED;
    }

    String claimedBy() {
        return claimedBy;
    }

    /** Takes what the ledger of the other workspace holds of it; null if nothing. */
    void claimantHas(@Nullable String text) {
        lookedUp(text != null);
    }

    /** Takes what came of the step in the ledger; where the id is taken, another intake has made it. */
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

    /** Returns what the index may not have yet. */
    Optional<ManagedKey> toShow() {
        return outcome == Outcome.RECORDED || recordedByOther ? result() : Optional.empty();
    }

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
