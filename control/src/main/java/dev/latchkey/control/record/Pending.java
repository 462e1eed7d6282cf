package dev.latchkey.control.record;

import dev.latchkey.key.KeyDigest;
import java.util.Optional;

/**
 * A note that the index might lack a change, stored in the ledger as {@code field → value}. The value starts with the
 * {@code rev} of the change, so that removing an old note leaves a newer note in place.
 */
public record Pending(String field, String value) {
    private static final String UNSEEN = " unseen";
    private static final String REMOVED = " removed ";

    /** Returns the note for a change that any control plane may carry to the index. */
    public static Pending of(LedgerEntry entry) {
        return new Pending(entry.field(), Long.toString(entry.rev()));
    }

    /**
     * Returns the note for a key whose secret has not been shown yet. Only the call that created the key may carry it
     * to the index.
     */
    public static Pending unseen(ManagedKey key) {
        return new Pending(key.field(), key.rev() + UNSEEN);
    }

    /** Returns the note for a key that was removed from the ledger and that the index might still hold. */
    public static Pending removed(ManagedKey key) {
        return new Pending(key.field(), key.rev() + REMOVED + key.digest().text());
    }

    /** Returns the digest under which the index might still hold a removed key; empty for any other kind of note. */
    public Optional<KeyDigest> removed() {
        int end = value.indexOf(REMOVED);
        return end < 0 ? Optional.empty() : Optional.of(KeyDigest.of(value.substring(end + REMOVED.length())));
    }

    public boolean isUnseen() {
        return value.endsWith(UNSEEN);
    }
}
