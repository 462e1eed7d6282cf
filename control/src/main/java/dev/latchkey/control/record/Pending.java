package dev.latchkey.control.record;

import dev.latchkey.key.KeyDigest;
import java.util.Optional;

/**
 * A note that the index may not have a change yet, stored in the ledger as {@code field → value}. The value starts with the
 * change's {@code rev}, so that taking away an old note leaves a newer one alone.
 */
public record Pending(String field, String value) {
    private static final String UNSEEN = " unseen";
    private static final String REMOVED = " removed ";

    /** Returns the note for a change that anybody may carry to the index. */
    public static Pending of(LedgerEntry entry) {
        return new Pending(entry.field(), Long.toString(entry.rev()));
    }

    /** Returns the note for a key whose secret nobody has been shown yet: only who minted it may carry it to the index. */
    public static Pending unseen(ManagedKey key) {
        return new Pending(key.field(), key.rev() + UNSEEN);
    }

    /** Returns the note for a key that the ledger has no more: the index may still hold it. */
    public static Pending removed(ManagedKey key) {
        return new Pending(key.field(), key.rev() + REMOVED + key.digest().text());
    }

    /** Returns where the index may still hold a key that the ledger has no more; empty for any other note. */
    public Optional<KeyDigest> removed() {
        int end = value.indexOf(REMOVED);
        return end < 0 ? Optional.empty() : Optional.of(KeyDigest.of(value.substring(end + REMOVED.length())));
    }

    public boolean isUnseen() {
        return value.endsWith(UNSEEN);
    }
}
